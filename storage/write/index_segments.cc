// SPDX-License-Identifier: Apache-2.0
#include "storage/write/index_segments.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

namespace candor::storage {

struct IndexSegments::Statements {
  Statement insert;
  Statement newest;
  Statement load;
  Statement update;
  Statement put_units;
};

IndexSegments::IndexSegments(std::unique_ptr<Statements> statements)
    : statements_(std::move(statements)) {}
IndexSegments::IndexSegments(IndexSegments&&) noexcept = default;
IndexSegments& IndexSegments::operator=(IndexSegments&&) noexcept = default;
IndexSegments::~IndexSegments() = default;

Result<IndexSegments> IndexSegments::open(Database& database) {
  CANDOR_TRY(Statement insert,
             database.prepare("INSERT INTO segments (stream, segment, session, run, entry, path, "
                              "init_digest, init_bytes, timescale, codecs, width, height, "
                              "sample_rate, channels) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
  CANDOR_TRY(Statement newest,
             database.prepare("SELECT max(segment) FROM segments WHERE stream = ?"));
  CANDOR_TRY(
      Statement load,
      database.prepare("SELECT s.timescale, s.start_time, s.media_bytes, s.holes, s.missing, "
                       "u.units FROM segments s LEFT JOIN units u USING (stream, segment) "
                       "WHERE stream = ? AND segment = ?"));
  CANDOR_TRY(Statement update,
             database.prepare("UPDATE segments SET start_time = ?, end_time = ?, start_ns = ?, "
                              "end_ns = ?, media_bytes = ?, holes = ?, missing = ? "
                              "WHERE stream = ? AND segment = ?"));
  CANDOR_TRY(
      Statement put_units,
      database.prepare("INSERT INTO units (stream, segment, units) VALUES (?,?,?) ON CONFLICT "
                       "(stream, segment) DO UPDATE SET units = excluded.units"));
  return IndexSegments(std::make_unique<Statements>(Statements{.insert = std::move(insert),
                                                               .newest = std::move(newest),
                                                               .load = std::move(load),
                                                               .update = std::move(update),
                                                               .put_units = std::move(put_units)}));
}

Result<void> IndexSegments::begin(const evidence::InitBody& body, std::uint64_t entry) {
  const auto previous = newest_.find(body.stream);
  if (previous != newest_.end()) {
    CANDOR_CHECK(write(body.stream, previous->second));
  }
  Statement& insert = statements_->insert;
  insert.bind(1, body.stream).bind(2, body.segment).bind(4, body.run).bind(5, entry);
  insert.bind(6, body.path).bind(7, ByteView(body.init_digest)).bind(8, body.init_len);
  insert.bind(9, body.timescale).bind(10, body.codecs).bind(11, body.width).bind(12, body.height);
  insert.bind(13, body.sample_rate).bind(14, body.channels);
  body.session.is_nil() ? insert.bind_null(3) : insert.bind(3, body.session);
  CANDOR_CHECK(insert.run());
  newest_[body.stream] = Segment{.number = body.segment, .timescale = body.timescale};
  return {};
}

Result<void> IndexSegments::add(const evidence::MediaBody& body, std::uint64_t entry,
                                const UnitPlace& place) {
  CANDOR_TRY(Segment * segment, find(body.stream, place.segment));
  const IndexedUnit unit{.entry = entry,
                         .offset = place.offset,
                         .bytes = body.fragment_bytes,
                         .decode_time = static_cast<std::int64_t>(body.decode_time),
                         .duration = static_cast<std::int64_t>(body.duration),
                         .flags = body.flags};
  if (segment->units.empty()) {
    segment->start = unit.decode_time;
  } else if (unit.decode_time != segment->last.end()) {
    ++segment->holes;
  }
  append_unit(segment->units, segment->last, unit);
  segment->last = unit;
  segment->media_bytes += unit.bytes;
  segment->is_dirty = true;
  return {};
}

Result<void> IndexSegments::add_missing(const evidence::MediaBody& body) {
  Statement& newest = statements_->newest;
  newest.bind(1, body.stream);
  CANDOR_TRY(const bool has_row, newest.step());
  const std::uint64_t number = has_row ? newest.unsigned_integer(0) : 0;
  newest.reset();
  CANDOR_TRY(Segment * segment, find(body.stream, number));
  ++segment->missing;
  segment->is_dirty = true;
  return {};
}

Result<void> IndexSegments::flush() {
  for (auto& [stream, segment] : newest_) {
    CANDOR_CHECK(write(stream, segment));
  }
  return {};
}

Result<IndexSegments::Segment*> IndexSegments::find(const Uuid& stream, std::uint64_t number) {
  const auto found = newest_.find(stream);
  if (found != newest_.end() && found->second.number == number) {
    return &found->second;
  }
  if (found != newest_.end()) {
    CANDOR_CHECK(write(stream, found->second));
  }
  CANDOR_TRY(Segment segment, load(stream, number));
  return &(newest_[stream] = std::move(segment));
}

Result<IndexSegments::Segment> IndexSegments::load(const Uuid& stream, std::uint64_t number) {
  Statement& row = statements_->load;
  row.bind(1, stream).bind(2, number);
  CANDOR_TRY(const bool has_row, row.step());
  if (!has_row) {
    return fail(ErrorKind::kDataLoss, fmt::format("segment {} of stream {} is not in the index",
                                                  number, to_string(stream)));
  }
  Segment segment{.number = number,
                  .timescale = static_cast<std::uint32_t>(row.integer(0)),
                  .media_bytes = row.unsigned_integer(2),
                  .holes = row.unsigned_integer(3),
                  .missing = row.unsigned_integer(4),
                  .start = row.integer(1)};
  const ByteView list = row.bytes(5);
  segment.units.assign(list.begin(), list.end());
  row.reset();
  CANDOR_TRY(const std::vector<IndexedUnit> units, read_units(segment.units));
  if (!units.empty()) {
    segment.last = units.back();
  }
  return segment;
}

Result<void> IndexSegments::write(const Uuid& stream, Segment& segment) {
  if (!segment.is_dirty) {
    return {};
  }
  Statement& update = statements_->update;
  if (segment.units.empty()) {
    update.bind_null(1).bind_null(2).bind_null(3).bind_null(4);
  } else {
    update.bind(1, segment.start).bind(2, segment.last.end());
    update.bind(3, ticks_to_ns(segment.start, segment.timescale));
    update.bind(4, ticks_to_ns(segment.last.end(), segment.timescale));
  }
  update.bind(5, segment.media_bytes).bind(6, segment.holes).bind(7, segment.missing);
  update.bind(8, stream).bind(9, segment.number);
  CANDOR_CHECK(update.run());
  if (!segment.units.empty()) {
    CANDOR_CHECK(statements_->put_units.bind(1, stream)
                     .bind(2, segment.number)
                     .bind(3, segment.units)
                     .run());
  }
  segment.is_dirty = false;
  return {};
}

}  // namespace candor::storage
