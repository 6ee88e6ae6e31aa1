// SPDX-License-Identifier: Apache-2.0
// Opening, and segments of a range. Sessions are in catalogue_sessions.cc, tracks in
// catalogue_tracks.cc.
#include "storage/read/catalogue.h"

#include <algorithm>
#include <utility>

#include "storage/read/catalogue_impl.h"
#include "storage/read/index_version.h"

namespace candor::storage {
namespace {

SegmentRecord segment_of(const Statement& row) {
  SegmentRecord segment;
  segment.segment = row.unsigned_integer(0);
  segment.session = row.uuid(1);
  segment.path = std::string(row.text(2));
  const ByteView digest = row.bytes(3);
  std::copy_n(digest.begin(), std::min(digest.size(), segment.init_digest.size()),
              segment.init_digest.begin());
  segment.init_bytes = row.unsigned_integer(4);
  segment.timescale = static_cast<std::uint32_t>(row.integer(5));
  segment.codecs = std::string(row.text(6));
  segment.start = {row.integer(7)};
  segment.end = {row.integer(8)};
  return segment;
}

}  // namespace

Catalogue::Catalogue(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Catalogue::Catalogue(Catalogue&&) noexcept = default;
Catalogue& Catalogue::operator=(Catalogue&&) noexcept = default;
Catalogue::~Catalogue() = default;

Result<Catalogue> Catalogue::open(const std::string& index_path) {
  CANDOR_TRY(Database database, Database::open_read_only(index_path));
  CANDOR_CHECK(with_context(check_index_version(database), index_path));
  // Segments of a stream do not overlap: the first candidate is the last one that begins at or
  // before the range.
  CANDOR_TRY(
      Statement segments,
      database.prepare(
          "SELECT s.segment, s.session, s.path, s.init_digest, s.init_bytes, s.timescale, "
          "s.codecs, s.start_ns, s.end_ns, u.units FROM segments s JOIN units u "
          "USING (stream, segment) WHERE s.stream = ?1 AND s.start_ns < ?3 AND s.start_ns >= "
          "ifnull((SELECT max(start_ns) FROM segments WHERE stream = ?1 AND start_ns <= ?2), "
          "?2) AND s.end_ns > ?2 AND (?4 IS NULL OR s.session = ?4) ORDER BY s.start_ns"));
  return Catalogue(std::unique_ptr<Impl>(
      new Impl{.database = std::move(database), .segments = std::move(segments)}));
}

Result<std::vector<SegmentRecord>> Catalogue::segments(const Uuid& stream,
                                                       const std::optional<Uuid>& session,
                                                       TimeRange range) {
  Statement& query = impl_->segments;
  query.bind(1, stream).bind(2, range.from.ns).bind(3, range.to.ns).bind(4, session);
  std::vector<SegmentRecord> found;
  while (true) {
    CANDOR_TRY(const bool has_row, query.step());
    if (!has_row) {
      return found;
    }
    SegmentRecord segment = segment_of(query);
    auto units = read_units(query.bytes(9));
    if (!units.has_value()) {
      query.reset();
      return fail(std::move(units.error()));
    }
    segment.units = std::move(*units);
    found.push_back(std::move(segment));
  }
}

}  // namespace candor::storage
