// SPDX-License-Identifier: Apache-2.0
#include "storage/write/recorder.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <boost/json.hpp>

#include "core/log.h"

namespace candor::storage {
namespace {

using namespace std::chrono_literals;

// The writer gathers what arrives within this time: two hundred wake-ups a second, not one for each
// frame.
constexpr auto kGather = 5ms;
constexpr auto kHeartbeatInterval = 10s;
// Evidence rule 4: wall and boot clock may part by 50 ms and 200 ppm, else a CLOCK entry stands
// between.
constexpr std::int64_t kClockStepNs = 50'000'000;
constexpr std::int64_t kClockDriftPpm = 200;

std::size_t bytes_of(const AppendChunk& item) { return item.chunk->bytes.size(); }

}  // namespace

Recorder::Recorder(std::vector<VolumeSlot> volumes, const Clock& clock, RecorderOptions options,
                   IndexSink& index)
    : clock_(clock),
      entry_clock_(clock),
      options_(std::move(options)),
      mirror_(std::move(volumes), clock,
              {.queue_bytes = options_.queue_bytes,
               .stuck_after = options_.volume_stuck_after,
               .reserve_bytes = options_.reserve_bytes}),
      index_(index),
      queue_({.items = options_.queue_items, .bytes = options_.queue_bytes}),
      last_time_(entry_clock_.now()),
      last_heartbeat_(clock.boot()) {}

Result<std::unique_ptr<Recorder>> Recorder::open(std::vector<VolumeSlot> volumes,
                                                 const Clock& clock, RecorderOptions options,
                                                 const std::vector<RoomSpec>& rooms,
                                                 IndexSink& index) {
  std::unique_ptr<Recorder> recorder(
      new Recorder(std::move(volumes), clock, std::move(options), index));
  const RecorderOptions& used = recorder->options_;
  if (!used.copies.register_path.empty()) {
    recorder->keeper_ = CopyKeeper::make(recorder->mirror_.writers(), clock, used.copies);
  }
  for (const RoomSpec& spec : rooms) {
    RoomRecorder::Options room_options{.origin = {.authority = used.authority,
                                                  .site = used.site,
                                                  .room = spec.room,
                                                  .epoch = spec.epoch},
                                       .streams = spec.streams,
                                       .software = used.software,
                                       .config_digest = used.config_digest,
                                       .on_closed_copy = {},
                                       .former = spec.former,
                                       .reach = used.reach,
                                       .cosignatures = used.cosignatures};
    if (recorder->keeper_ != nullptr) {
      room_options.on_closed_copy = [keeper = recorder->keeper_](ClosedCopy copy) {
        keeper->note(std::move(copy));
      };
    }
    auto opened =
        RoomRecorder::open(recorder->mirror_, recorder->entry_clock_, std::move(room_options));
    CANDOR_TRY(RoomRecorder room, with_context(std::move(opened), spec.room));
    CANDOR_CHECK(with_context(room.commit(), spec.room));
    Resumed resumed{.session = room.log().state().open_session(),
                    .session_started = room.session_started(),
                    .stream_ids = {},
                    .recorded_ends = {}};
    for (std::size_t i = 0; i < spec.streams.size(); ++i) {
      resumed.stream_ids.push_back(room.stream_id(i));
      resumed.recorded_ends.push_back(room.recorded_end(i));
    }
    recorder->resumed_.push_back(std::move(resumed));
    index.submit(room.take_updates());
    recorder->tell_leaves(room);
    recorder->rooms_.push_back(std::move(room));
  }
  recorder->look_after_copies();
  recorder->publish_status();
  recorder->thread_ = std::jthread([writer = recorder.get()] { writer->run(); });
  return recorder;
}

// All that the logs hold by now is closed.
void Recorder::look_after_copies() {
  if (keeper_ == nullptr) {
    return;
  }
  std::vector<LogEnd> logs;
  for (const RoomRecorder& room : rooms_) {
    logs.push_back({.room = room.log().room(),
                    .epoch = room.log().epoch(),
                    .entries = room.log().state().size()});
  }
  keeper_->start(std::move(logs));
}

Recorder::~Recorder() { stop(); }

bool Recorder::try_append(StreamKey key, AppendChunk item) {
  const std::size_t bytes = bytes_of(item);
  return queue_.try_push(Item{.key = key, .what = std::move(item), .done = {}}, bytes);
}

void Recorder::open_gap(StreamKey key, OpenGap gap) {
  queue_.push_control(Item{.key = key, .what = std::move(gap), .done = {}});
}

void Recorder::open_session(std::size_t room, OpenSession session, Done done) {
  queue_.push_control(
      Item{.key = {.room = room}, .what = std::move(session), .done = std::move(done)});
}

void Recorder::close_session(std::size_t room, CloseSession session, Done done) {
  queue_.push_control(
      Item{.key = {.room = room}, .what = std::move(session), .done = std::move(done)});
}

void Recorder::note_event(std::size_t room, NoteEvent event) {
  queue_.push_control(Item{.key = {.room = room}, .what = std::move(event), .done = {}});
}

void Recorder::stop() {
  queue_.close();
  if (thread_.joinable()) {
    thread_.join();
  }
  mirror_.stop();
  if (keeper_ != nullptr) {
    keeper_->stop();
  }
}

void Recorder::run() {
  auto ended = run_until_closed();
  if (!ended.has_value()) {
    log::error("storage.fatal", {{"error", ended.error().message()}});
    if (options_.on_fatal) {
      options_.on_fatal(ended.error());
    }
  }
}

Result<void> Recorder::run_until_closed() {
  auto next_round = std::chrono::steady_clock::now() + options_.sync_interval;
  while (!queue_.is_finished()) {
    std::this_thread::sleep_for(kGather);
    for (Item& item : queue_.drain(20ms)) {
      CANDOR_CHECK(handle(item));
    }
    mirror_.flush();
    const auto now = std::chrono::steady_clock::now();
    if (now >= next_round || !waiting_.empty()) {
      CANDOR_CHECK(round());
      // A session's own round must not put off the next one.
      next_round =
          std::clamp(next_round + options_.sync_interval, now, now + options_.sync_interval);
    }
  }
  for (RoomRecorder& room : rooms_) {
    room.stop(clock_.utc());
  }
  CANDOR_CHECK(round());
  return round();  // The seals of the last units.
}

Result<void> Recorder::handle(Item& item) {
  RoomRecorder& room = rooms_[item.key.room];
  if (auto* chunk = std::get_if<AppendChunk>(&item.what)) {
    CANDOR_CHECK(append(room, item.key.stream, *chunk));
  } else if (const auto* gap = std::get_if<OpenGap>(&item.what)) {
    room.open_gap(item.key.stream, *gap);
  } else if (const auto* open = std::get_if<OpenSession>(&item.what)) {
    room.open_session(*open);
  } else if (auto* event = std::get_if<NoteEvent>(&item.what)) {
    room.note_event(std::move(event->event), std::move(event->detail));
  } else {
    room.close_session(std::get<CloseSession>(item.what));
  }
  if (item.done) {
    waiting_.push_back(std::move(item.done));
  }
  return {};
}

Result<void> Recorder::append(RoomRecorder& room, std::size_t stream, const AppendChunk& item) {
  if (!mirror_.is_full()) {
    return room.append(stream, item);
  }
  const Chunk& chunk = *item.chunk;
  room.open_gap(stream, {.cause = "disk-full",
                         .detail = "what is still free is kept for the logs",
                         .at = {ticks_to_ns(chunk.decode_time, chunk.timescale)}});
  return {};
}

// Once brought up, a volume has every entry, and every file that begins from now on.
void Recorder::tend_volumes() {
  for (const auto& volume : mirror_.tend()) {
    volume->come_back();
    for (RoomRecorder& room : rooms_) {
      room.rejoin(volume);
    }
  }
  for (const VolumeFault& fault : mirror_.take_faults()) {
    for (RoomRecorder& room : rooms_) {
      room.note_fault(fault);
    }
  }
}

Result<void> Recorder::round() {
  tend_volumes();
  check_clock();
  if (clock_.boot() - last_heartbeat_ >= kHeartbeatInterval) {
    last_heartbeat_ = clock_.boot();
    for (RoomRecorder& room : rooms_) {
      room.heartbeat();
    }
  }
  const auto start = std::chrono::steady_clock::now();
  for (RoomRecorder& room : rooms_) {
    room.sync_segments();
  }
  sync_times_.add(std::chrono::steady_clock::now() - start);
  for (RoomRecorder& room : rooms_) {
    CANDOR_CHECK(commit_room(room));
  }
  publish_status();
  for (const Done& done : std::exchange(waiting_, {})) {
    done();
  }
  return {};
}

Result<void> Recorder::commit_room(RoomRecorder& room) {
  CANDOR_CHECK(room.commit());
  if (std::vector<IndexUpdate> updates = room.take_updates(); !updates.empty()) {
    index_.submit(std::move(updates));
  }
  tell_leaves(room);
  return {};
}

void Recorder::tell_leaves(RoomRecorder& room) {
  if (options_.leaves != nullptr) {
    options_.leaves->submit(room.take_leaves());
  }
}

void Recorder::check_clock() {
  const EntryTime now = entry_clock_.now();
  const std::int64_t boot_ns = (now.boot - last_time_.boot).count();
  const std::int64_t step_ns = (now.real - last_time_.real).count() - boot_ns;
  if (std::abs(step_ns) > kClockStepNs + boot_ns * kClockDriftPpm / 1'000'000) {
    const boost::json::object body{{"step_ns", step_ns},
                                   {"real_ns", now.real.ns},
                                   {"boot_ns", now.boot.ns},
                                   {"detail", "the wall clock was set"}};
    const std::string text = boost::json::serialize(body);
    for (RoomRecorder& room : rooms_) {
      room.add_event(evidence::EntryType::kClock, Bytes(text.begin(), text.end()));
    }
    log::warn("clock.step", {{"step_ns", step_ns}});
  }
  last_time_ = now;
}

void Recorder::publish_status() {
  RecorderStatus status;
  status.rounds = ++rounds_;
  for (const RoomRecorder& room : rooms_) {
    status.rooms.push_back({.room = room.log().room(), .streams = room.progress()});
    status.failed_files += room.failed_files();
  }
  status.sync = sync_times_.percentiles();
  if (keeper_ != nullptr) {
    status.copies = keeper_->status();
  }
  const MutexLock lock(status_mutex_);
  status_ = std::move(status);
}

RecorderStatus Recorder::status() const {
  RecorderStatus status;
  {
    const MutexLock lock(status_mutex_);
    status = status_;
  }
  // As they are now: a round may be waiting for one of them.
  status.volumes = mirror_.status();
  return status;
}

}  // namespace candor::storage
