// SPDX-License-Identifier: Apache-2.0
// The start of a room: what the run before left is adopted, quarantined or declared missing
// (docs/design/recovery.md). Nothing is trimmed in silence.
#include <algorithm>
#include <chrono>
#include <utility>

#include "core/log.h"
#include "storage/write/room_recorder.h"
#include "storage/write/unowned_files.h"

namespace candor::storage {
namespace {

std::string shutdown_of(const LogState& state, const Uuid& boot_id) {
  const std::optional<evidence::RecorderBody>& last = state.last_recorder();
  if (!last.has_value()) {
    return "first";
  }
  if (last->event == "stop") {
    return "clean";
  }
  return state.last_header().boot_id == boot_id ? "crash" : "power-loss";
}

// Far more than between two rounds.
constexpr std::chrono::seconds kUnsyncedMax{5};

std::string gap_cause_of(const std::string& shutdown) {
  if (shutdown == "clean") {
    return "recorder-stop";
  }
  return shutdown == "power-loss" ? "power-loss" : "recorder-crash";
}

}  // namespace

Result<RoomRecorder> RoomRecorder::open(Mirror& mirror, const EntryClock& clock, Options options) {
  CANDOR_TRY(RoomLog log,
             RoomLog::open(mirror, options.origin, clock, options.software, options.former.log));
  if (options.reach != nullptr) {
    log.tell_of_leaves(options.reach);
  }
  // A new epoch goes on where the log before it ends.
  std::optional<LogState> former;
  if (options.origin.epoch > 1 && log.state().size() == 1) {
    RoomLog::Origin before = options.origin;
    --before.epoch;
    CANDOR_TRY(former, RoomLog::read(mirror, std::move(before), clock));
  }
  const std::string shutdown =
      shutdown_of(former.has_value() ? *former : log.state(), clock.now().boot_id);
  RoomRecorder room(mirror, clock, std::move(log), std::move(options));
  if (const auto& session = room.log_.state().open_session(); session.has_value()) {
    room.session_ = session->session;
  }
  evidence::RecorderBody body = room.recorder_body(
      shutdown == "first" || shutdown == "clean" ? "start" : "recovery",
      room.log_.was_torn() ? "the last entry was torn and is in quarantine" : "");
  body.shutdown = shutdown;
  room.add_event(evidence::EntryType::kRecorder, evidence::encode(body));
  for (const std::string& volume : room.log_.forks()) {
    const std::string what = "volume " + volume + ": its log had gone another way";
    room.add_event(evidence::EntryType::kRecorder,
                   evidence::encode(room.recorder_body("fault", what)));
  }
  CANDOR_CHECK(former.has_value() ? room.follow(*former) : room.adopt_streams());
  if (shutdown != "first") {
    for (std::size_t i = 0; i < room.streams_.size(); ++i) {
      if (!room.streams_[i].gap.has_value() && room.streams_[i].timescale != 0) {
        room.open_gap(i, {.cause = gap_cause_of(shutdown), .detail = "", .at = clock.now().real});
      }
    }
  }
  return room;
}

// The first entries of a new epoch: why it is one, streams with new ids and files that are numbered
// on, the gaps that are open, the session that runs.
Result<void> RoomRecorder::follow(const LogState& former) {
  add_event(evidence::EntryType::kLink, evidence::encode(options_.former));
  std::uint32_t chain = 1;
  for (const StreamSpec& spec : options_.streams) {
    Stream stream;
    stream.spec = spec;
    stream.id = make_uuid(clock_->now().real);
    stream.chain = chain++;
    add_event(evidence::EntryType::kStream,
              evidence::encode(evidence::StreamBody{.stream = stream.id,
                                                    .name = spec.name,
                                                    .source = spec.source,
                                                    .media = spec.media,
                                                    .chain = stream.chain}));
    if (const StreamState* known = former.stream_named(spec.name); known != nullptr) {
      stream.timescale = known->timescale;
      stream.next_segment = known->next_segment;
      stream.end = stream.committed_end = known->end;
      stream.gap = known->open_gap;
    }
    streams_.push_back(std::move(stream));
  }
  if (const auto& session = former.open_session(); session.has_value()) {
    session_ = session->session;
    open_session({.body = *session});
  }
  for (Stream& stream : streams_) {
    if (stream.gap.has_value()) {
      evidence::GapBody gap = std::move(*stream.gap);
      gap.stream = stream.id;
      gap.session = session_;
      begin_gap(stream, std::move(gap));
    }
  }
  return {};
}

Result<void> RoomRecorder::adopt_streams() {
  std::uint32_t next_chain = 1;
  for (const auto& [id, state] : log_.state().streams()) {
    next_chain = std::max(next_chain, state.stream.chain + 1);
  }
  for (const StreamSpec& spec : options_.streams) {
    Stream stream;
    stream.spec = spec;
    const StreamState* known = log_.state().stream_named(spec.name);
    if (known == nullptr) {
      stream.id = make_uuid(clock_->now().real);
      stream.chain = next_chain++;
      add_event(evidence::EntryType::kStream,
                evidence::encode(evidence::StreamBody{.stream = stream.id,
                                                      .name = spec.name,
                                                      .source = spec.source,
                                                      .media = spec.media,
                                                      .chain = stream.chain}));
      streams_.push_back(std::move(stream));
      continue;
    }
    stream.id = known->stream.stream;
    stream.chain = known->stream.chain;
    stream.timescale = known->timescale;
    stream.next_segment = known->next_segment;
    stream.end = stream.committed_end = known->end;
    stream.gap = known->open_gap;
    stream.closed_gap_end = known->closed_gap_end;
    set_unowned_aside(stream);
    trim_closed(*known);
    const std::optional<evidence::InitBody> last = known->segment;
    const std::uint64_t logged = known->segment_bytes_logged;
    streams_.push_back(std::move(stream));
    if (last.has_value()) {
      CANDOR_CHECK(adopt_tail(streams_.back(), *last, logged));
    }
  }
  return {};
}

// A power cut may keep a file's name and lose its INIT entry, and on one volume only.
void RoomRecorder::set_unowned_aside(const Stream& stream) {
  const UnownedFrom from{
      .room = log_.room(), .stream = stream.spec.name, .next_segment = stream.next_segment};
  for (const auto& writer : mirror_->present()) {
    const Volume& volume = writer->volume();
    const auto moved = quarantine_unowned(volume, from, clock_->now().real);
    if (!moved.has_value() || *moved > 0) {
      log::warn("storage.unowned-files",
                {{"volume", volume.name()},
                 {"room", from.room},
                 {"stream", from.stream},
                 {"files", moved.value_or(0)},
                 {"error", moved.has_value() ? "" : moved.error().message()}});
    }
  }
}

// Of all volumes: the one that got furthest has what the others have. What is torn goes to
// quarantine on each.
Result<Tail> RoomRecorder::best_tail(const evidence::InitBody& last, std::uint64_t logged) {
  Result<Tail> best = fail(ErrorKind::kUnavailable, "no volume can be read");
  for (const auto& writer : mirror_->present()) {
    const Volume& volume = writer->volume();
    auto tail = read_tail(volume.files(), volume.absolute(last.path), last, logged);
    if (tail.has_value() && tail->torn_bytes > 0) {
      CANDOR_CHECK(volume.quarantine_tail(last.path, tail->whole_bytes, clock_->now().real));
      log::warn("storage.tail-quarantined",
                {{"volume", volume.name()}, {"path", last.path}, {"bytes", tail->torn_bytes}});
    }
    if (tail.has_value() ? !best.has_value() || tail->whole_bytes > best->whole_bytes
                         : !best.has_value()) {
      best = std::move(tail);
    }
  }
  return best;
}

// Of a file that was closed just before a power cut the last seal may be torn: players would stop
// there. Its units have their entries.
void RoomRecorder::trim_closed(const StreamState& known) {
  for (const ClosedSegment& segment : known.closed) {
    if (log_.state().last_header().real - segment.closed > kUnsyncedMax) {
      continue;
    }
    if (auto tail = best_tail(segment.init, segment.bytes_logged); !tail.has_value()) {
      log::warn(
          "storage.tail-unreadable",
          {{"room", log_.room()}, {"path", segment.init.path}, {"error", tail.error().message()}});
    }
  }
}

Result<void> RoomRecorder::adopt_tail(Stream& stream, const evidence::InitBody& last,
                                      std::uint64_t logged) {
  auto tail = best_tail(last, logged);
  if (!tail.has_value()) {
    log::error("storage.tail-unreadable",
               {{"room", log_.room()}, {"path", last.path}, {"error", tail.error().message()}});
    add_event(evidence::EntryType::kRecorder,
              evidence::encode(recorder_body("fault", tail.error().message())));
    return {};
  }
  for (TailUnit& unit : tail->units) {
    adopt_unit(stream, last.segment, std::move(unit));
  }
  return {};
}

// The log tells of the stream up to here: units, or gaps.
std::int64_t RoomRecorder::told_end(const Stream& stream) {
  const std::int64_t closed = std::max(stream.end, stream.closed_gap_end.value_or(0));
  return stream.gap.has_value() && stream.gap->timescale == stream.timescale
             ? std::max(closed, stream.gap->from_tfdt)
             : closed;
}

void RoomRecorder::adopt_unit(Stream& stream, std::uint64_t segment, TailUnit unit) {
  evidence::MediaBody& body = unit.body;
  const auto start = static_cast<std::int64_t>(body.decode_time);
  if (start < told_end(stream)) {
    // The log has called it lost: the disk refused its file. What was said stays said.
    log::warn("storage.lost-unit-found", {{"room", log_.room()}, {"stream", stream.spec.name}});
    return;
  }
  const bool is_gap_told = std::exchange(stream.closed_gap_end, std::nullopt) == start;
  if (!stream.gap.has_value() && !is_gap_told && stream.end != 0 && start != stream.end) {
    evidence::GapBody gap;
    gap.stream = stream.id;
    gap.session = body.session;
    gap.cause = "camera-stalled";
    gap.from_tfdt = stream.end;
    gap.timescale = body.timescale;
    gap.last_real_ns = clock_->now().real.ns;
    gap.detail = "found after a crash";
    begin_gap(stream, std::move(gap));
  }
  const bool is_gap_open = stream.gap.has_value();
  if (is_gap_open) {
    close_gap(stream, start, std::nullopt);
  }
  if (is_gap_open || is_gap_told) {
    body.flags = static_cast<std::uint8_t>(body.flags | evidence::kDiscontinuity);
  }
  stream.end = start + static_cast<std::int64_t>(body.duration);
  ops_.emplace_back(AdoptedOp{.chain = stream.chain,
                              .body = std::move(body),
                              .place = {.segment = segment, .offset = unit.offset}});
}

}  // namespace candor::storage
