// SPDX-License-Identifier: Apache-2.0
#include "app/capture/room.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"
#include "core/log.h"

namespace candor::app {
namespace {

// What a unit takes besides its chunks: its entry in the log and its seal.
constexpr std::uint64_t kBytesPerUnit = 700;

std::string cause_of(const Error& why) {
  switch (why.kind()) {
    case ErrorKind::kDeadlineExceeded:
      return "camera-stalled";
    case ErrorKind::kDataLoss:
      return "invalid-bitstream";
    default:
      return "camera-offline";
  }
}

FeedStream description_of(const Track& track) {
  return {.channel = track.channel(),
          .stream = track.stream(),
          .name = track.options().name,
          .source = track.options().source,
          .label = track.options().label,
          .is_substream = !track.is_recorded(),
          .init = track.init()};
}

std::optional<SessionSummary> resumed_session(const std::string& room,
                                              const storage::Recorder::Resumed& resumed) {
  if (!resumed.session.has_value()) {
    return std::nullopt;
  }
  const evidence::SessionOpenBody& body = *resumed.session;
  return SessionSummary{.session = body.session,
                        .room = room,
                        .case_id = body.case_id,
                        .person = body.person,
                        .interrogators = body.interrogators,
                        .by = body.by,
                        .started = resumed.session_started,
                        .ended = std::nullopt};
}

}  // namespace

Room::Room(RoomOptions options, std::size_t index, storage::Recorder& recorder, const Clock& clock,
           media::RunClock run_clock)
    : options_(std::move(options)),
      index_(index),
      recorder_(recorder),
      clock_(clock),
      run_clock_(run_clock),
      session_(resumed_session(options_.room, recorder.resumed(index))),
      state_since_(run_clock.utc_at(clock.boot())),
      recording_since_(state_since_),
      measured_at_(clock.boot()) {
  const storage::Recorder::Resumed& resumed = recorder.resumed(index);
  for (std::size_t i = 0; i < options_.tracks.size(); ++i) {
    // What is only shown stands behind what is recorded, and is nobody's stream on disk.
    const bool is_recorded = i < resumed.stream_ids.size();
    CANDOR_ASSERT(is_recorded != options_.tracks[i].is_live_only);
    tracks_.emplace_back(options_.tracks[i], storage::StreamKey{.room = index, .stream = i},
                         is_recorded ? resumed.stream_ids[i] : make_uuid(clock.utc()),
                         is_recorded ? resumed.recorded_ends[i] : UtcTime{},
                         static_cast<std::uint32_t>(i + 1));
    tracks_.back().changed = state_since_;
  }
  measured_.resize(tracks_.size());
}

bool Room::is_recording() const { return !options_.needs_session || session_.has_value(); }

Track* Room::find_track(const std::string& input, MediaKind media) {
  const auto found = std::find_if(tracks_.begin(), tracks_.end(), [&](const Track& track) {
    return track.options().input == input && track.options().media == media;
  });
  return found == tracks_.end() ? nullptr : &*found;
}

void Room::on_tracks(const std::string& input, std::span<const capture::SourceTrack> tracks) {
  const MutexLock lock(mutex_);
  for (Track& track : tracks_) {
    const bool is_offered = std::any_of(tracks.begin(), tracks.end(), [&](const auto& offered) {
      return offered.kind == track.options().media;
    });
    if (track.options().input == input && !is_offered) {
      lose(track, "camera-offline",
           "the camera offers no " + std::string(to_string(track.options().media)));
    }
  }
}

void Room::on_sample(const std::string& input, MediaKind media, Sample sample) {
  const MutexLock lock(mutex_);
  Track* track = find_track(input, media);
  if (track == nullptr) {
    return;
  }
  track->last_sample = sample.arrival;
  if (track->changes_format(sample)) {
    if (const ChunkPtr last = track->flush(); last != nullptr) {
      accept(*track, last);
    }
  }
  const bool was_announced = track->is_announced;
  auto chunk = track->take(std::move(sample), run_clock_);
  if (was_announced && !track->is_announced) {
    publish(FeedEnd{.channel = track->channel()});  // Another format: its init follows.
  }
  if (!chunk.has_value()) {
    lose(*track, "invalid-bitstream", chunk.error().message());
    return;
  }
  if (*chunk != nullptr) {
    accept(*track, *chunk);
  }
}

void Room::accept(Track& track, const ChunkPtr& chunk) {
  if (is_recording()) {
    record(track, chunk);
  } else {
    track.remember_live(chunk);
    track.remember_pre_roll(chunk);
  }
  if (track.is_lost) {
    track.is_lost = false;
    track.changed = now();
    publish(FeedFound{.channel = track.channel()});
    log::info("room.stream-found", {{"room", options_.room}, {"stream", track.options().name}});
  }
}

void Room::record(Track& track, const ChunkPtr& chunk) {
  if (track.waits_for_sync && !chunk->sync) {
    return;
  }
  if (!track.is_recorded()) {
    show(track, chunk);
    return;
  }
  if (refuses(track, *chunk)) {
    show(track, chunk);
    return;
  }
  storage::AppendChunk item{.chunk = chunk,
                            .init = track.init(),
                            .session = session_.has_value() ? session_->session : Uuid{},
                            .starts_segment = track.starts_segment(*chunk)};
  if (recorder_.try_append(track.key(), std::move(item))) {
    track.waits_for_sync = false;
    bytes_recorded_ += chunk->bytes.size() + (chunk->starts_unit ? kBytesPerUnit : 0);
    show(track, chunk);
    return;
  }
  // Never block the camera: close the recording, say so, start anew at the next key frame.
  if (!std::exchange(track.waits_for_sync, true)) {
    open_gap(track,
             {.cause = "overload-drop", .detail = "the recorder's queue is full", .at = now()});
    log::error("room.overload", {{"room", options_.room}, {"stream", track.options().name}});
  }
  track.cut();
  track.forget_live();  // A viewer never sees what the recorder refused, nor what hangs on it.
}

// Once refused, up to the next key frame: a file begins with one.
bool Room::refuses(Track& track, const Chunk& chunk) {
  const bool is_refused = is_quota_used_up_ || (track.is_refused && !chunk.sync);
  if (is_refused && !track.is_refused) {
    open_gap(track, {.cause = "disk-full",
                     .detail = "quota of continuous rooms",
                     .at = {ticks_to_ns(chunk.decode_time, chunk.timescale)}});
    track.cut();
  }
  track.is_refused = is_refused;
  return is_refused;
}

void Room::set_quota_used_up(bool is_used_up) {
  const MutexLock lock(mutex_);
  is_quota_used_up_ = is_used_up && !options_.needs_session;
}

void Room::show(Track& track, const ChunkPtr& chunk) {
  track.remember_live(chunk);
  announce(track);
  publish(FeedChunk{.channel = track.channel(), .chunk = chunk});
}

void Room::open_gap(const Track& track, storage::OpenGap gap) {
  if (track.is_recorded()) {
    recorder_.open_gap(track.key(), std::move(gap));
  }
}

void Room::lose(Track& track, const std::string& cause, const std::string& detail) {
  if (const ChunkPtr last = track.end_run(); last != nullptr && is_recording()) {
    record(track, last);
  }
  if (is_recording()) {
    open_gap(track, {.cause = cause, .detail = detail, .at = now()});
  }
  track.lost_cause = cause;
  track.is_refused = false;  // The gap has another cause now.
  if (!track.is_lost) {
    track.is_lost = true;
    track.changed = now();
    publish(FeedLost{.channel = track.channel(), .since = track.changed, .cause = cause});
    log::warn("room.stream-lost", {{"room", options_.room},
                                   {"stream", track.options().name},
                                   {"cause", cause},
                                   {"detail", detail}});
  }
}

void Room::on_source_ended(const std::string& input, const Error& why) {
  const MutexLock lock(mutex_);
  for (Track& track : tracks_) {
    if (track.options().input == input) {
      lose(track, cause_of(why), why.message());
    }
  }
}

Result<SessionSummary> Room::start_session(SessionRequest request, storage::Recorder::Done done) {
  CANDOR_CHECK(check_start(request));
  const MutexLock lock(mutex_);
  if (!options_.needs_session) {
    return fail(ErrorKind::kFailedPrecondition,
                options_.room + " records always; sessions are for session rooms");
  }
  if (session_.has_value()) {
    return fail(ErrorKind::kFailedPrecondition,
                options_.room + " has a session running: " + to_string(session_->session));
  }
  session_ = SessionSummary{.session = make_uuid(clock_.utc()),
                            .room = options_.room,
                            .case_id = std::move(request.case_id),
                            .person = std::move(request.person),
                            .interrogators = std::move(request.interrogators),
                            .by = std::move(request.by),
                            .started = now(),
                            .ended = std::nullopt};
  recording_since_ = session_->started;
  evidence::SessionOpenBody body;
  body.session = session_->session;
  body.room = session_->room;
  body.case_id = session_->case_id;
  body.person = session_->person;
  body.interrogators = session_->interrogators;
  body.by = session_->by;
  recorder_.open_session(index_, {.body = std::move(body)}, std::move(done));
  publish_state();
  for (Track& track : tracks_) {
    track.cut();
    track.forget_live();  // The pre-roll holds it too.
    for (const ChunkPtr& chunk : track.take_pre_roll()) {
      record(track, chunk);
    }
    if (track.is_lost) {
      open_gap(track, {.cause = track.lost_cause,
                       .detail = "missing when the session began",
                       .at = session_->started});
    }
  }
  log::info("session.started",
            {{"room", options_.room}, {"session", to_string(session_->session)}});
  return *session_;
}

Result<SessionSummary> Room::end_session(const Uuid& session, std::string by, std::string reason,
                                         storage::Recorder::Done done) {
  CANDOR_CHECK(check_end(by, reason));
  const MutexLock lock(mutex_);
  if (!session_.has_value() || session_->session != session) {
    return fail(ErrorKind::kNotFound,
                to_string(session) + " is not a running session of " + options_.room);
  }
  for (Track& track : tracks_) {
    if (const ChunkPtr last = track.flush(); last != nullptr) {
      accept(track, last);
    }
  }
  session_->ended = now();
  recorder_.close_session(index_,
                          {.session = session,
                           .by = std::move(by),
                           .reason = std::move(reason),
                           .at = *session_->ended},
                          std::move(done));
  SessionSummary ended = *session_;
  ended_ = std::exchange(session_, std::nullopt);
  for (Track& track : tracks_) {
    track.cut();
    track.waits_for_sync = false;
    if (std::exchange(track.is_announced, false)) {
      publish(FeedEnd{.channel = track.channel()});
    }
  }
  publish_state();
  log::info("session.ended", {{"room", options_.room}, {"session", to_string(session)}});
  return ended;
}

void Room::announce(Track& track) {
  if (std::exchange(track.is_announced, true)) {
    return;
  }
  publish(description_of(track));
}

void Room::publish(const FeedItem& item) const {
  for (const auto& [number, reader] : readers_) {
    reader(item);
  }
}

void Room::publish_state() const {
  publish(FeedState{.state = state_, .since = state_since_, .session = session_});
}

std::uint64_t Room::add_reader(FeedReader reader) {
  const MutexLock lock(mutex_);
  reader(FeedState{.state = state_, .since = state_since_, .session = session_});
  for (const Track& track : tracks_) {
    if (!track.is_announced || !is_recording()) {
      continue;  // Its first recorded chunk announces it to all readers.
    }
    reader(description_of(track));
    for (const ChunkPtr& chunk : track.live()) {
      reader(FeedChunk{.channel = track.channel(), .chunk = chunk});
    }
    if (track.is_lost) {
      reader(
          FeedLost{.channel = track.channel(), .since = track.changed, .cause = track.lost_cause});
    }
  }
  readers_.emplace_back(next_reader_, std::move(reader));
  return next_reader_++;
}

void Room::remove_reader(std::uint64_t number) {
  const MutexLock lock(mutex_);
  std::erase_if(readers_, [&](const auto& reader) { return reader.first == number; });
}

}  // namespace candor::app
