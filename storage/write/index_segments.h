// SPDX-License-Identifier: Apache-2.0
// The rows of segments and their units. The newest segment of each stream is kept in memory, so
// that many units cost one write; flush() brings it to the tables.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "core/result.h"
#include "evidence/bodies.h"
#include "evidence/entry.h"
#include "storage/read/sqlite.h"
#include "storage/read/unit_list.h"
#include "storage/write/index_update.h"

namespace candor::storage {

/// One thread: the index writer's.
class IndexSegments {
 public:
  [[nodiscard]] static Result<IndexSegments> open(Database& database);
  IndexSegments(IndexSegments&&) noexcept;
  IndexSegments& operator=(IndexSegments&&) noexcept;
  IndexSegments(const IndexSegments&) = delete;
  IndexSegments& operator=(const IndexSegments&) = delete;
  ~IndexSegments();

  /// A new segment: entry INIT with this index.
  [[nodiscard]] Result<void> begin(const evidence::InitBody& body, std::uint64_t entry);

  /// A unit at its place. Errors: kDataLoss when its segment is not known.
  [[nodiscard]] Result<void> add(const evidence::MediaBody& body, std::uint64_t entry,
                                 const UnitPlace& place);

  /// A unit that no file holds (only while rebuilding): counted in the stream's newest segment.
  [[nodiscard]] Result<void> add_missing(const evidence::MediaBody& body);

  [[nodiscard]] Result<void> flush();
  /// After a rollback: what is in memory may not be in the tables.
  void forget() { newest_.clear(); }

 private:
  struct Segment {
    std::uint64_t number = 0;
    std::uint32_t timescale = 0;
    std::uint64_t media_bytes = 0;
    std::uint64_t holes = 0;
    std::uint64_t missing = 0;
    std::int64_t start = 0;  // Ticks; meaningless while `units` is empty.
    IndexedUnit last{};
    Bytes units{};
    bool is_dirty = false;
  };

  struct Statements;
  explicit IndexSegments(std::unique_ptr<Statements> statements);
  [[nodiscard]] Result<Segment*> find(const Uuid& stream, std::uint64_t number);
  [[nodiscard]] Result<Segment> load(const Uuid& stream, std::uint64_t number);
  [[nodiscard]] Result<void> write(const Uuid& stream, Segment& segment);

  std::unique_ptr<Statements> statements_;
  std::map<Uuid, Segment> newest_;
};

}  // namespace candor::storage
