// SPDX-License-Identifier: Apache-2.0
#include "storage/write/index_fold.h"

#include <cstdint>
#include <utility>

#include <boost/json.hpp>

#include "evidence/bodies.h"

namespace candor::storage {
namespace {

using evidence::EntryType;
using evidence::EntryView;

std::string to_json(const std::vector<std::string>& texts) {
  boost::json::array array;
  for (const std::string& text : texts) {
    array.emplace_back(text);
  }
  return boost::json::serialize(array);
}

void bind_or_null(Statement& statement, int at, const Uuid& id) {
  id.is_nil() ? statement.bind_null(at) : statement.bind(at, id);
}

}  // namespace

struct IndexFold::Statements {
  Statement has_stream;
  Statement stream;
  Statement session;
  Statement interrogator;
  Statement session_stream;
  Statement close_session;
  Statement gap;
  Statement close_gap;
};

IndexFold::IndexFold(std::unique_ptr<Statements> statements, IndexSegments segments)
    : statements_(std::move(statements)), segments_(std::move(segments)) {}
IndexFold::IndexFold(IndexFold&&) noexcept = default;
IndexFold& IndexFold::operator=(IndexFold&&) noexcept = default;
IndexFold::~IndexFold() = default;

Result<IndexFold> IndexFold::open(Database& database) {
  CANDOR_TRY(Statement has_stream, database.prepare("SELECT 1 FROM streams WHERE stream = ?"));
  CANDOR_TRY(
      Statement stream,
      database.prepare("INSERT INTO streams (stream, log_id, room, chain, name, source, media) "
                       "VALUES (?,?,?,?,?,?,?)"));
  CANDOR_TRY(
      Statement session,
      database.prepare("INSERT OR IGNORE INTO sessions (session, log_id, room, case_id, person, "
                       "interrogators, opened_by, opened_entry, opened_ns) "
                       "VALUES (?,?,?,?,?,?,?,?,?)"));
  CANDOR_TRY(Statement interrogator,
             database.prepare("INSERT OR IGNORE INTO session_interrogators VALUES (?,?)"));
  CANDOR_TRY(Statement session_stream,
             database.prepare("INSERT OR IGNORE INTO session_streams VALUES (?,?)"));
  CANDOR_TRY(Statement close_session,
             database.prepare("UPDATE sessions SET closed_by = ?, reason = ?, closed_entry = ?, "
                              "closed_ns = ? WHERE session = ? RETURNING 1"));
  CANDOR_TRY(Statement gap,
             database.prepare("INSERT INTO gaps (stream, opened_entry, session, cause, detail, "
                              "timescale, from_time, from_ns) VALUES (?,?,?,?,?,?,?,?)"));
  CANDOR_TRY(
      Statement close_gap,
      database.prepare("UPDATE gaps SET detail = ?, timescale = ?, from_time = ?, to_time = ?, "
                       "from_ns = ?, to_ns = ?, lost = ?, closed_entry = ? "
                       "WHERE stream = ? AND closed_entry IS NULL RETURNING 1"));
  auto statements =
      std::make_unique<Statements>(Statements{.has_stream = std::move(has_stream),
                                              .stream = std::move(stream),
                                              .session = std::move(session),
                                              .interrogator = std::move(interrogator),
                                              .session_stream = std::move(session_stream),
                                              .close_session = std::move(close_session),
                                              .gap = std::move(gap),
                                              .close_gap = std::move(close_gap)});
  CANDOR_TRY(IndexSegments segments, IndexSegments::open(database));
  return IndexFold(std::move(statements), std::move(segments));
}

Result<void> IndexFold::apply(const std::string& room, const EntryView& entry,
                              const std::optional<UnitPlace>& place) {
  switch (entry.header.type) {
    case EntryType::kStream:
      return apply_stream(room, entry);
    case EntryType::kInit:
      return apply_init(entry);
    case EntryType::kMedia:
      return apply_media(entry, place);
    case EntryType::kSessionOpen:
      return apply_session_open(room, entry);
    case EntryType::kSessionClose:
      return apply_session_close(entry);
    case EntryType::kGapOpen:
      return apply_gap_open(entry);
    case EntryType::kGapClose:
      return apply_gap_close(entry);
    default:
      return {};  // Says nothing about what can be found or played.
  }
}

Result<void> IndexFold::apply_stream(const std::string& room, const EntryView& entry) {
  CANDOR_TRY(const evidence::StreamBody body, evidence::decode_stream(entry.body));
  Statement& insert = statements_->stream;
  insert.bind(1, body.stream).bind(2, ByteView(entry.header.log_id)).bind(3, room);
  insert.bind(4, body.chain).bind(5, body.name).bind(6, body.source);
  return insert.bind(7, to_string(body.media)).run();
}

Result<void> IndexFold::apply_init(const EntryView& entry) {
  CANDOR_TRY(const evidence::InitBody body, evidence::decode_init(entry.body));
  CANDOR_CHECK(check_stream(body.stream));
  if (body.timescale == 0) {
    return fail(ErrorKind::kInvalidArgument, "the segment's timescale is 0");
  }
  return segments_.begin(body, entry.header.index);
}

Result<void> IndexFold::apply_media(const EntryView& entry, const std::optional<UnitPlace>& place) {
  CANDOR_TRY(const evidence::MediaBody body, evidence::decode_media_body(entry.body));
  if (!place.has_value()) {
    return segments_.add_missing(body);
  }
  return segments_.add(body, entry.header.index, *place);
}

Result<void> IndexFold::apply_session_open(const std::string& room, const EntryView& entry) {
  CANDOR_TRY(const evidence::SessionOpenBody body, evidence::decode_session_open(entry.body));
  const std::string interrogators = to_json(body.interrogators);
  Statement& insert = statements_->session;
  insert.bind(1, body.session).bind(2, ByteView(entry.header.log_id)).bind(3, room);
  insert.bind(4, body.case_id).bind(5, body.person).bind(6, interrogators).bind(7, body.by);
  CANDOR_CHECK(insert.bind(8, entry.header.index).bind(9, entry.header.real.ns).run());
  for (const std::string& interrogator : body.interrogators) {
    CANDOR_CHECK(statements_->interrogator.bind(1, interrogator).bind(2, body.session).run());
  }
  for (const Uuid& stream : body.streams) {
    CANDOR_CHECK(statements_->session_stream.bind(1, body.session).bind(2, stream).run());
  }
  return {};
}

Result<void> IndexFold::apply_session_close(const EntryView& entry) {
  CANDOR_TRY(const evidence::SessionCloseBody body, evidence::decode_session_close(entry.body));
  Statement& close = statements_->close_session;
  close.bind(1, body.by).bind(2, body.reason).bind(3, entry.header.index);
  close.bind(4, entry.header.real.ns).bind(5, body.session);
  CANDOR_TRY(const bool is_known, close.step());
  close.reset();
  if (!is_known) {
    return fail(ErrorKind::kDataLoss,
                "closes a session that is not in the index: " + to_string(body.session));
  }
  return {};
}

Result<void> IndexFold::apply_gap_open(const EntryView& entry) {
  CANDOR_TRY(const evidence::GapBody body, evidence::decode_gap(entry.body));
  CANDOR_CHECK(check_stream(body.stream));
  if (body.timescale == 0) {
    return fail(ErrorKind::kInvalidArgument, "the gap's timescale is 0");
  }
  Statement& insert = statements_->gap;
  insert.bind(1, body.stream).bind(2, entry.header.index).bind(4, body.cause);
  bind_or_null(insert, 3, body.session);
  insert.bind(5, body.detail).bind(6, body.timescale).bind(7, body.from_tfdt);
  return insert.bind(8, ticks_to_ns(body.from_tfdt, body.timescale)).run();
}

Result<void> IndexFold::apply_gap_close(const EntryView& entry) {
  CANDOR_TRY(const evidence::GapBody body, evidence::decode_gap(entry.body));
  if (!body.to_tfdt.has_value() || body.timescale == 0) {
    return fail(ErrorKind::kInvalidArgument, "the gap's end or timescale is missing");
  }
  Statement& close = statements_->close_gap;
  close.bind(1, body.detail).bind(2, body.timescale).bind(3, body.from_tfdt);
  close.bind(4, *body.to_tfdt).bind(5, ticks_to_ns(body.from_tfdt, body.timescale));
  close.bind(6, ticks_to_ns(*body.to_tfdt, body.timescale)).bind(7, body.lost);
  close.bind(8, entry.header.index).bind(9, body.stream);
  CANDOR_TRY(const bool is_known, close.step());
  close.reset();
  if (!is_known) {
    return fail(ErrorKind::kDataLoss,
                "closes a gap that is not open in the index, of stream " + to_string(body.stream));
  }
  return {};
}

Result<void> IndexFold::check_stream(const Uuid& stream) {
  Statement& query = statements_->has_stream;
  CANDOR_TRY(const bool is_known, query.bind(1, stream).step());
  query.reset();
  if (!is_known) {
    return fail(ErrorKind::kDataLoss,
                "names a stream that is not in the index: " + to_string(stream));
  }
  return {};
}

}  // namespace candor::storage
