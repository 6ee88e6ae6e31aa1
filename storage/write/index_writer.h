// SPDX-License-Identifier: Apache-2.0
// Writes the index (docs/design/index.md): a fold over log entries and the places of units. It
// decides nothing: what an entry says is what the row says, so that a rebuild gives equal rows.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "evidence/bodies.h"
#include "evidence/digest.h"
#include "evidence/entry.h"
#include "storage/write/index_update.h"

namespace candor::storage {

/// How far the index has come in one log.
struct IndexPosition {
  std::uint64_t entries = 0;  // Entries applied: the next one has this index.
  evidence::Digest head{};    // Leaf hash of the last one applied; zero before the first.
};

/// One thread at a time.
class IndexWriter {
 public:
  /// Opens or makes the index: WAL, synchronous=FULL.
  ///
  /// Errors: kUnsupported  made by a newer version; nothing is touched.
  ///         kDataLoss     the file is no index of ours or is damaged: rebuild it.
  ///         kUnavailable, errno kinds.
  [[nodiscard]] static Result<IndexWriter> open(const std::string& path);

  IndexWriter(IndexWriter&&) noexcept;
  IndexWriter& operator=(IndexWriter&&) noexcept;
  IndexWriter(const IndexWriter&) = delete;
  IndexWriter& operator=(const IndexWriter&) = delete;
  ~IndexWriter();

  /// Takes entries in log order for each log, in one transaction. Entries that are in the index
  /// already are passed over, so that the same updates may come twice.
  ///
  /// Errors: kDataLoss         an entry is missing before one of these, or names a stream, segment
  ///                           or session that the index does not know: catch up or rebuild;
  ///         kInvalidArgument  an entry that cannot be read;
  ///         kResourceExhausted, kUnavailable  from SQLite. After any error nothing was applied.
  [[nodiscard]] Result<void> apply(std::span<const IndexUpdate> updates);

  /// Forgets everything, as if the index were new.
  [[nodiscard]] Result<void> clear();

  /// How far the index has come in the log with this id.
  [[nodiscard]] Result<IndexPosition> position(const evidence::LogId& log_id);

  /// The newest segment of each stream of that log: stream, segment, path and init_len are set.
  [[nodiscard]] Result<std::vector<evidence::InitBody>> newest_segments(
      const evidence::LogId& log_id);

 private:
  struct Impl;
  explicit IndexWriter(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace candor::storage
