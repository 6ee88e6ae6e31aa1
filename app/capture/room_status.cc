// SPDX-License-Identifier: Apache-2.0
// A room's state, judged once a second by what is proven on disk, and what is told of it.
#include <algorithm>
#include <utility>

#include "app/capture/room.h"
#include "evidence/bodies.h"

namespace candor::app {
namespace {

using namespace std::chrono_literals;

// "Recording" means bytes read back from disk not longer ago than this (requirement 4).
constexpr auto kProofMax = 5s;

// Of the stream that has fewest.
std::size_t copies_of(const storage::RoomProgress& progress) {
  std::size_t copies = 0;
  for (const storage::StreamProgress& stream : progress.streams) {
    if (stream.gap.empty() && stream.copies > 0) {
      copies = copies == 0 ? stream.copies : std::min(copies, stream.copies);
    }
  }
  return copies;
}

}  // namespace

RoomState Room::judge(const storage::RoomProgress& progress) const {
  const auto is_missing = [](const Track& track) { return track.is_lost && track.is_recorded(); };
  const auto lost = std::count_if(tracks_.begin(), tracks_.end(), is_missing);
  if (!is_recording()) {
    return lost == 0 ? RoomState::kReady : RoomState::kIdle;
  }
  const UtcTime proof_from = std::max(recording_since_, now() + -kProofMax);
  const auto proven = static_cast<std::size_t>(std::count_if(
      progress.streams.begin(), progress.streams.end(), [&](const storage::StreamProgress& stream) {
        return stream.gap.empty() && stream.recorded_to >= proof_from;
      }));
  if (proven == progress.streams.size() && lost == 0) {
    return RoomState::kRecording;
  }
  if (proven > 0) {
    return RoomState::kInterrupted;
  }
  const bool is_starting = now() - recording_since_ < kProofMax;
  return is_starting ? RoomState::kIdle : RoomState::kFault;
}

void Room::tick(const storage::RoomProgress& progress) {
  const MutexLock lock(mutex_);
  const BootTime at = clock_.boot();
  const double seconds = std::chrono::duration<double>(at - measured_at_).count();
  measured_at_ = at;
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    Track& track = tracks_[i];
    if (!track.is_lost && at - track.last_sample > options_.stall_after) {
      lose(track, "camera-stalled", "no media");
    }
    if (track.is_recorded()) {
      measured_[i].recorded_to = progress.streams[i].recorded_to;
    }
    measured_[i].frame_rate = static_cast<double>(std::exchange(track.chunks_seen, 0)) / seconds;
    measured_[i].bitrate_bps =
        8.0 * static_cast<double>(std::exchange(track.bytes_seen, 0)) / seconds;
  }
  copies_ = copies_of(progress);
  if (session_.has_value()) {
    session_->copies = copies_;
  }
  if (const RoomState state = judge(progress); state != state_) {
    state_ = state;
    state_since_ = now();
    publish_state();
  }
}

SessionSummary* Room::known_session(const Uuid& session) {
  for (std::optional<SessionSummary>* known : {&session_, &ended_}) {
    if (known->has_value() && (*known)->session == session) {
      return &**known;
    }
  }
  return nullptr;
}

void Room::on_session_entry(const evidence::EntryView& entry) {
  const bool is_open = entry.header.type == evidence::EntryType::kSessionOpen;
  Uuid session;
  if (const auto body = evidence::decode_session_open(entry.body); is_open && body.has_value()) {
    session = body->session;
  } else if (const auto close = evidence::decode_session_close(entry.body); close.has_value()) {
    session = close->session;
  }
  const MutexLock lock(mutex_);
  SessionSummary* known = known_session(session);
  if (known == nullptr) {
    return;
  }
  if (is_open) {
    known->started = entry.header.real;
    publish_state();
  } else {
    known->ended = entry.header.real;
  }
}

std::optional<SessionSummary> Room::find_session(const Uuid& session) const {
  const MutexLock lock(mutex_);
  return session_.has_value() && session_->session == session ? session_
         : ended_.has_value() && ended_->session == session   ? ended_
                                                              : std::nullopt;
}

RoomStatus Room::status() const {
  const MutexLock lock(mutex_);
  RoomStatus status{.room = options_.room,
                    .name = options_.name,
                    .room_class = options_.room_class,
                    .needs_session = options_.needs_session,
                    .state = state_,
                    .since = state_since_,
                    .session = session_,
                    .copies = copies_,
                    .bytes_recorded = bytes_recorded_,
                    .tracks = measured_};
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    const Track& track = tracks_[i];
    TrackStatus& shown = status.tracks[i];
    shown.stream = track.stream();
    shown.name = track.options().name;
    shown.source = track.options().source;
    shown.label = track.options().label;
    shown.media = track.options().media;
    shown.is_substream = !track.is_recorded();
    shown.is_lost = track.is_lost;
    shown.since = track.changed;
    if (track.init() != nullptr) {
      shown.codecs = track.init()->codecs;
      shown.width = track.init()->format->width;
      shown.height = track.init()->format->height;
    }
  }
  return status;
}

}  // namespace candor::app
