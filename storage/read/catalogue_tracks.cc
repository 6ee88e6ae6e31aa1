// SPDX-License-Identifier: Apache-2.0
// Tracks of the catalogue: what of a stream is there, and which gaps were declared.
#include <algorithm>
#include <cstdint>
#include <utility>

#include "storage/read/catalogue_impl.h"

namespace candor::storage {
namespace {

// Ranges that part by less than this touch: times were rounded to nanoseconds from ticks. Holes in
// a recording are never as short as a millisecond.
constexpr std::int64_t kTouchNs = 1'000'000;
constexpr TimeRange kAllTime{.from = {INT64_MIN}, .to = {INT64_MAX}};

void add_range(std::vector<TimeRange>& coverage, TimeRange range, TimeRange limits) {
  range.from = std::max(range.from, limits.from);
  range.to = std::min(range.to, limits.to);
  if (range.to <= range.from) {
    return;
  }
  if (!coverage.empty() && range.from.ns - coverage.back().to.ns < kTouchNs) {
    coverage.back().to = std::max(coverage.back().to, range.to);
  } else {
    coverage.push_back(range);
  }
}

Result<void> add_units(std::vector<TimeRange>& coverage, ByteView list, std::uint32_t timescale,
                       TimeRange limits) {
  CANDOR_TRY(const std::vector<IndexedUnit> units, read_units(list));
  for (const IndexedUnit& unit : units) {
    add_range(coverage,
              {.from = {ticks_to_ns(unit.decode_time, timescale)},
               .to = {ticks_to_ns(unit.end(), timescale)}},
              limits);
  }
  return {};
}

}  // namespace

Result<TrackRecord> Catalogue::Impl::track(const Uuid& stream) {
  CANDOR_TRY(Statement query,
             database.prepare("SELECT name, source, media FROM streams WHERE stream = ?"));
  CANDOR_TRY(const bool has_row, query.bind(1, stream).step());
  TrackRecord track;
  track.stream = stream;
  if (has_row) {
    track.name = std::string(query.text(0));
    track.source = std::string(query.text(1));
    track.media =
        query.text(2) == to_string(MediaKind::kAudio) ? MediaKind::kAudio : MediaKind::kVideo;
  }
  return track;
}

Result<void> Catalogue::Impl::add_coverage(TrackRecord& track, const std::optional<Uuid>& session,
                                           TimeRange range) {
  // The units of a segment without holes need not be read.
  CANDOR_TRY(Statement query,
             database.prepare(
                 "SELECT s.start_ns, s.end_ns, s.holes, s.timescale, s.codecs, s.width, s.height, "
                 "iif(s.holes > 0, (SELECT units FROM units u WHERE u.stream = s.stream AND "
                 "u.segment = s.segment), NULL) FROM segments s WHERE s.stream = ?1 AND "
                 "s.start_ns < ?3 AND s.start_ns >= ifnull((SELECT max(start_ns) FROM segments "
                 "WHERE stream = ?1 AND start_ns <= ?2), ?2) AND s.end_ns > ?2 AND (?4 IS NULL OR "
                 "s.session = ?4) ORDER BY s.start_ns"));
  query.bind(1, track.stream).bind(2, range.from.ns).bind(3, range.to.ns).bind(4, session);
  while (true) {
    CANDOR_TRY(const bool has_row, query.step());
    if (!has_row) {
      return {};
    }
    track.codecs = std::string(query.text(4));
    track.width = static_cast<std::uint32_t>(query.integer(5));
    track.height = static_cast<std::uint32_t>(query.integer(6));
    track.recorded_to = UtcTime{query.integer(1)};
    if (query.integer(2) == 0) {
      add_range(track.coverage, {.from = {query.integer(0)}, .to = {query.integer(1)}}, range);
    } else {
      const auto timescale = static_cast<std::uint32_t>(query.integer(3));
      CANDOR_CHECK(add_units(track.coverage, query.bytes(7), timescale, range));
    }
  }
}

Result<void> Catalogue::Impl::add_gaps(TrackRecord& track, const std::optional<Uuid>& session,
                                       TimeRange range) {
  CANDOR_TRY(
      Statement query,
      database.prepare("SELECT from_ns, to_ns, cause, detail FROM gaps WHERE stream = ?1 AND "
                       "from_ns < ?3 AND (to_ns IS NULL OR to_ns > ?2) AND (?4 IS NULL OR "
                       "session = ?4) AND cause != 'no-session' ORDER BY from_ns, "
                       "opened_entry"));
  query.bind(1, track.stream).bind(2, range.from.ns).bind(3, range.to.ns).bind(4, session);
  while (true) {
    CANDOR_TRY(const bool has_row, query.step());
    if (!has_row) {
      return {};
    }
    GapRecord gap{.from = {query.integer(0)},
                  .to = std::nullopt,
                  .cause = std::string(query.text(2)),
                  .detail = std::string(query.text(3))};
    if (!query.is_null(1)) {
      gap.to = UtcTime{query.integer(1)};
    }
    track.gaps.push_back(std::move(gap));
  }
}

Result<std::vector<TrackRecord>> Catalogue::session_tracks(const Uuid& session) {
  CANDOR_TRY(Transaction snapshot, Transaction::begin(impl_->database, Transaction::Kind::kRead));
  CANDOR_TRY(const SessionRecord known, this->session(session));
  CANDOR_TRY(Statement query, impl_->database.prepare(
                                  "SELECT stream FROM session_streams JOIN streams USING (stream) "
                                  "WHERE session = ? ORDER BY chain"));
  query.bind(1, session);
  std::vector<TrackRecord> tracks;
  while (true) {
    CANDOR_TRY(const bool has_row, query.step());
    if (!has_row) {
      break;
    }
    CANDOR_TRY(TrackRecord track, impl_->track(query.uuid(0)));
    CANDOR_CHECK(impl_->add_coverage(track, session, kAllTime));
    CANDOR_CHECK(impl_->add_gaps(track, session, kAllTime));
    tracks.push_back(std::move(track));
  }
  CANDOR_CHECK(snapshot.commit());
  return tracks;
}

Result<std::vector<TrackRecord>> Catalogue::room_tracks(std::string_view room, TimeRange range) {
  CANDOR_TRY(Transaction snapshot, Transaction::begin(impl_->database, Transaction::Kind::kRead));
  CANDOR_TRY(Statement query,
             impl_->database.prepare(
                 "SELECT s.stream FROM streams s JOIN logs l USING (log_id) WHERE s.room = ? "
                 "ORDER BY l.epoch, s.chain"));
  query.bind(1, room);
  std::vector<TrackRecord> tracks;
  while (true) {
    CANDOR_TRY(const bool has_row, query.step());
    if (!has_row) {
      break;
    }
    CANDOR_TRY(TrackRecord track, impl_->track(query.uuid(0)));
    CANDOR_CHECK(impl_->add_coverage(track, std::nullopt, range));
    CANDOR_CHECK(impl_->add_gaps(track, std::nullopt, range));
    if (!track.coverage.empty() || !track.gaps.empty()) {
      tracks.push_back(std::move(track));
    }
  }
  CANDOR_CHECK(snapshot.commit());
  return tracks;
}

}  // namespace candor::storage
