// SPDX-License-Identifier: Apache-2.0
// What each kind of log entry does to the index's rows. Order and transactions are the index
// writer's.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/result.h"
#include "evidence/entry.h"
#include "storage/read/sqlite.h"
#include "storage/write/index_segments.h"
#include "storage/write/index_update.h"

namespace candor::storage {

/// One thread: the index writer's.
class IndexFold {
 public:
  [[nodiscard]] static Result<IndexFold> open(Database& database);
  IndexFold(IndexFold&&) noexcept;
  IndexFold& operator=(IndexFold&&) noexcept;
  IndexFold(const IndexFold&) = delete;
  IndexFold& operator=(const IndexFold&) = delete;
  ~IndexFold();

  /// Errors: kDataLoss  the entry names a stream, segment or session the index does not know;
  ///         kInvalidArgument  its body cannot be read; SQLite's kinds.
  [[nodiscard]] Result<void> apply(const std::string& room, const evidence::EntryView& entry,
                                   const std::optional<UnitPlace>& place);

  /// Brings what is held in memory to the tables; before the transaction ends.
  [[nodiscard]] Result<void> flush() { return segments_.flush(); }
  /// After a rollback.
  void forget() { segments_.forget(); }

 private:
  struct Statements;
  IndexFold(std::unique_ptr<Statements> statements, IndexSegments segments);

  [[nodiscard]] Result<void> apply_stream(const std::string& room,
                                          const evidence::EntryView& entry);
  [[nodiscard]] Result<void> apply_init(const evidence::EntryView& entry);
  [[nodiscard]] Result<void> apply_media(const evidence::EntryView& entry,
                                         const std::optional<UnitPlace>& place);
  [[nodiscard]] Result<void> apply_session_open(const std::string& room,
                                                const evidence::EntryView& entry);
  [[nodiscard]] Result<void> apply_session_close(const evidence::EntryView& entry);
  [[nodiscard]] Result<void> apply_gap_open(const evidence::EntryView& entry);
  [[nodiscard]] Result<void> apply_gap_close(const evidence::EntryView& entry);
  [[nodiscard]] Result<void> check_stream(const Uuid& stream);

  std::unique_ptr<Statements> statements_;
  IndexSegments segments_;
};

}  // namespace candor::storage
