// SPDX-License-Identifier: Apache-2.0
// The items of a room's queue in their order: chunks, gaps, sessions. Commits are in
// room_commit.cc, the start in room_recovery.cc.
#include "storage/write/room_recorder.h"

#include <utility>

#include "core/log.h"

namespace candor::storage {
namespace {

constexpr std::uint32_t kTimescaleBeforeFirstFormat = 90000;
// A volume that refuses every file must not make a file of every frame.
constexpr std::int64_t kShortestSeconds = 5;

// The same instant in another timescale, rounded down.
std::int64_t rescaled(std::int64_t ticks, std::uint32_t from, std::uint32_t to) {
  return from == to ? ticks : ns_to_ticks(ticks_to_ns(ticks, from), to);
}

UtcTime utc_of(std::int64_t ticks, std::uint32_t timescale) {
  return {ticks_to_ns(ticks, timescale)};
}

}  // namespace

RoomRecorder::RoomRecorder(Mirror& mirror, const EntryClock& clock, RoomLog log, Options options)
    : mirror_(&mirror),
      clock_(&clock),
      log_(std::move(log)),
      options_(std::move(options)),
      run_(make_uuid(clock.now().real)) {}

std::uint32_t RoomRecorder::timescale_of(const Stream& stream) {
  return stream.timescale == 0 ? kTimescaleBeforeFirstFormat : stream.timescale;
}

std::string RoomRecorder::cause_of(const Error& error) {
  return error.kind() == ErrorKind::kResourceExhausted ? "disk-full" : "disk-error";
}

Result<void> RoomRecorder::append(std::size_t index, const AppendChunk& item) {
  Stream& stream = streams_[index];
  const Chunk& chunk = *item.chunk;
  if (stream.segment != nullptr && must_cut(stream, item)) {
    close_segment(index);
  }
  bool after_gap = false;
  if (stream.segment == nullptr) {
    if (!chunk.sync) {
      return {};  // After a failure: nothing can be decoded before the next key frame; the gap is
                  // open.
    }
    if (auto opened = open_segment(stream, item); !opened.has_value()) {
      if (opened.error().kind() == ErrorKind::kFailedPrecondition && mirror_->is_lost()) {
        return opened;
      }
      fail_segment(index, opened.error(), utc_of(chunk.decode_time, chunk.timescale));
      return {};
    }
    after_gap = declare_hole(index, chunk);
    // The log knows the file before a chunk is in it: after a crash every chunk has an owner.
    sync_segments();
    CANDOR_CHECK(commit());
    if (stream.segment == nullptr) {
      return {};  // The sync failed; the gap says so.
    }
  } else {
    after_gap = declare_hole(index, chunk);
  }
  auto finished = stream.segment->writer.append(item.chunk, after_gap);
  if (!finished.has_value()) {
    fail_segment(index, finished.error(), utc_of(chunk.decode_time, chunk.timescale));
    return {};
  }
  if (finished->has_value()) {
    queue_unit(index, std::move(**finished));
  }
  stream.end = chunk.decode_time + chunk.duration;
  return {};
}

// Besides where it was asked for: when a copy is missing that the next file could have.
bool RoomRecorder::must_cut(const Stream& stream, const AppendChunk& item) const {
  const Chunk& chunk = *item.chunk;
  const std::int64_t ticks = chunk.decode_time - stream.segment->start;
  return item.starts_segment ||
         (chunk.sync && ticks >= kShortestSeconds * std::int64_t{chunk.timescale} &&
          stream.segment->writer.file().whole_copies() < mirror_->accepting_media());
}

Result<void> RoomRecorder::open_segment(Stream& stream, const AppendChunk& item) {
  const Chunk& chunk = *item.chunk;
  const MediaFormat& format = *item.init->format;
  const UtcTime start = utc_of(chunk.decode_time, chunk.timescale);
  evidence::InitBody body;
  body.stream = stream.id;
  body.segment = stream.next_segment;
  body.path = Volume::segment_path(log_.room(), stream.spec.name, stream.next_segment, start);
  body.session = item.session;
  body.run = run_;
  body.init_digest = evidence::sha256(item.init->bytes);
  body.init_len = item.init->bytes.size();
  body.timescale = chunk.timescale;
  body.codecs = item.init->codecs;
  body.width = format.width;
  body.height = format.height;
  body.sample_rate = format.sample_rate;
  body.channels = format.channels;
  ++stream.next_segment;
  CANDOR_TRY(SegmentWriter writer, SegmentWriter::create(*mirror_, body, item.init));
  segments_.push_back(
      {.writer = std::move(writer), .start = chunk.decode_time, .failure = std::nullopt});
  stream.segment = &segments_.back();
  if (stream.timescale != 0) {
    stream.end = rescaled(stream.end, stream.timescale, chunk.timescale);
  }
  stream.timescale = chunk.timescale;
  stream.has_new_format = stream.init_digest != body.init_digest;
  stream.init_digest = body.init_digest;
  ops_.emplace_back(EventOp{
      .type = evidence::EntryType::kInit, .body = evidence::encode(body), .begun = stream.segment});
  return {};
}

void RoomRecorder::close_segment(std::size_t index, std::uint8_t last_flags) {
  Stream& stream = streams_[index];
  if (stream.segment == nullptr) {
    return;
  }
  if (auto unit = stream.segment->writer.finish_unit(); unit.has_value()) {
    unit->body.flags = static_cast<std::uint8_t>(unit->body.flags | last_flags);
    queue_unit(index, std::move(*unit));
  }
  stream.segment->is_closed = true;
  stream.segment = nullptr;
}

void RoomRecorder::queue_unit(std::size_t index, FinishedUnit unit) {
  Segment* segment = streams_[index].segment;
  ++segment->uncommitted;
  ops_.emplace_back(
      UnitOp{.stream = index, .segment = segment, .unit = std::move(unit), .read_back = nullptr});
}

void RoomRecorder::fail_segment(std::size_t index, const Error& error, UtcTime at) {
  Stream& stream = streams_[index];
  ++failed_files_;
  log::error("storage.segment-failed",
             {{"room", log_.room()}, {"stream", stream.spec.name}, {"error", error.message()}});
  close_segment(index);
  open_gap(index, {.cause = cause_of(error), .detail = error.message(), .at = at});
}

void RoomRecorder::begin_gap(Stream& stream, evidence::GapBody body) {
  ops_.emplace_back(EventOp{evidence::EntryType::kGapOpen, evidence::encode(body)});
  stream.gap = std::move(body);
}

void RoomRecorder::open_gap(std::size_t index, const OpenGap& gap) {
  Stream& stream = streams_[index];
  if (stream.gap.has_value() && stream.gap->cause == gap.cause) {
    return;
  }
  const std::int64_t at = ns_to_ticks(gap.at.ns, timescale_of(stream));
  close_segment(index);
  // Another cause takes over: the first gap ends where the second begins.
  const std::int64_t from = stream.gap.has_value() ? close_gap(stream, at, std::nullopt)
                            : stream.end == 0      ? at
                                                   : stream.end;
  begin_gap(stream, gap, from);
}

void RoomRecorder::begin_gap(Stream& stream, const OpenGap& gap, std::int64_t from) {
  evidence::GapBody body;
  body.stream = stream.id;
  body.session = session_;
  body.cause = gap.cause;
  body.from_tfdt = from;
  body.timescale = timescale_of(stream);
  body.last_real_ns = clock_->now().real.ns;
  body.detail = gap.detail;
  begin_gap(stream, std::move(body));
}

// `to` is in the stream's timescale; returns where the gap ends, never before it begins.
std::int64_t RoomRecorder::close_gap(Stream& stream, std::int64_t to,
                                     std::optional<std::uint32_t> lost) {
  evidence::GapBody body = std::move(*stream.gap);
  stream.gap.reset();
  // It may have been opened before the first format was known.
  body.from_tfdt = rescaled(body.from_tfdt, body.timescale, timescale_of(stream));
  body.timescale = timescale_of(stream);
  to = std::max(to, body.from_tfdt);
  body.to_tfdt = to;
  body.first_real_ns = clock_->now().real.ns;
  body.lost = lost;
  ops_.emplace_back(EventOp{evidence::EntryType::kGapClose, evidence::encode(body)});
  return to;
}

bool RoomRecorder::declare_hole(std::size_t index, const Chunk& chunk) {
  Stream& stream = streams_[index];
  const bool has_new_format = std::exchange(stream.has_new_format, false);
  if (!stream.gap.has_value()) {
    const bool continues = stream.end == 0 || chunk.decode_time == stream.end;
    if (continues && !(chunk.discontinuity && chunk.lost_packets > 0)) {
      return false;
    }
    // The unit before the hole ends here, so that its entry precedes the gap's.
    if (auto unit = stream.segment->writer.finish_unit(); unit.has_value()) {
      queue_unit(index, std::move(*unit));
    }
    evidence::GapBody body;
    body.stream = stream.id;
    body.session = session_;
    body.cause = chunk.lost_packets > 0 ? "packet-loss"
                 : has_new_format       ? "encoder-restart"
                                        : "camera-stalled";
    body.from_tfdt = stream.end;
    body.timescale = chunk.timescale;
    body.last_real_ns = clock_->now().real.ns;
    begin_gap(stream, std::move(body));
  }
  close_gap(stream, chunk.decode_time, chunk.lost_packets);
  return true;
}

void RoomRecorder::open_session(const OpenSession& item) {
  session_ = item.body.session;
  evidence::SessionOpenBody body = item.body;
  body.streams.clear();
  for (const Stream& stream : streams_) {
    body.streams.push_back(stream.id);
  }
  ops_.emplace_back(EventOp{evidence::EntryType::kSessionOpen, evidence::encode(body)});
}

void RoomRecorder::close_session(const CloseSession& item) {
  std::vector<std::int64_t> ends;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    close_segment(i, evidence::kLastOfSession);
    Stream& stream = streams_[i];
    const std::int64_t at = ns_to_ticks(item.at.ns, timescale_of(stream));
    // A gap that is open ends with the session, and the pause begins where it ends.
    ends.push_back(stream.gap.has_value() ? close_gap(stream, at, std::nullopt)
                   : stream.end == 0      ? at
                                          : stream.end);
  }
  ops_.emplace_back(item);
  session_ = Uuid{};
  const OpenGap pause{.cause = "no-session", .detail = "", .at = item.at};
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    begin_gap(streams_[i], pause, ends[i]);
  }
}

void RoomRecorder::add_event(evidence::EntryType type, Bytes body) {
  ops_.emplace_back(EventOp{type, std::move(body)});
}

void RoomRecorder::heartbeat() {
  const std::string cosignature =
      options_.cosignatures == nullptr ? "" : options_.cosignatures->of(log_.room());
  add_event(evidence::EntryType::kHeartbeat,
            evidence::encode_heartbeat(log_.state().size(), cosignature));
}

void RoomRecorder::note_event(std::string event, std::string detail) {
  add_event(evidence::EntryType::kRecorder,
            evidence::encode(recorder_body(std::move(event), std::move(detail))));
}

void RoomRecorder::note_fault(const VolumeFault& fault) {
  if (fault.path.empty() || fault.path.starts_with("media/" + log_.room() + "/") ||
      fault.path.starts_with("log/" + log_.room() + "/")) {
    const std::string what = "volume " + fault.volume + ": " + fault.error.message();
    add_event(evidence::EntryType::kRecorder, evidence::encode(recorder_body("fault", what)));
  }
}

void RoomRecorder::rejoin(const std::shared_ptr<VolumeWriter>& volume) {
  log_.rejoin(volume);
  const std::string what = "volume " + volume->volume().name() + ": it is written to again";
  add_event(evidence::EntryType::kRecorder, evidence::encode(recorder_body("volume-back", what)));
}

std::vector<StreamProgress> RoomRecorder::progress() const {
  std::vector<StreamProgress> progress;
  for (const Stream& stream : streams_) {
    progress.push_back(
        {.stream = stream.id,
         .name = stream.spec.name,
         .recorded_to =
             stream.timescale == 0 ? UtcTime{} : utc_of(stream.committed_end, stream.timescale),
         .gap = stream.gap.has_value() ? stream.gap->cause : "",
         .copies = stream.segment == nullptr ? 0 : stream.segment->writer.file().whole_copies()});
  }
  return progress;
}

UtcTime RoomRecorder::recorded_end(std::size_t index) const {
  const Stream& stream = streams_[index];
  return stream.timescale == 0 ? UtcTime{} : utc_of(stream.end, stream.timescale);
}

void RoomRecorder::stop(UtcTime at) {
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    if (streams_[i].segment != nullptr || !streams_[i].gap.has_value()) {
      open_gap(i, {.cause = "recorder-stop", .detail = "", .at = at});
    }
  }
  evidence::RecorderBody body = recorder_body("stop", "");
  body.shutdown = "clean";
  add_event(evidence::EntryType::kRecorder, evidence::encode(body));
}

evidence::RecorderBody RoomRecorder::recorder_body(std::string event, std::string detail) const {
  evidence::RecorderBody body;
  body.event = std::move(event);
  body.software = options_.software;
  body.config_digest = options_.config_digest;
  body.last_index = log_.state().size() - 1;  // A log has its GENESIS entry at least.
  body.detail = std::move(detail);
  return body;
}

}  // namespace candor::storage
