// SPDX-License-Identifier: Apache-2.0
// A room that records: what its sources deliver goes to the recorder, the live readers and the
// pre-roll, as its class and session say. A room of class lawyer is never made into one of these
// (docs/decisions/0005).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/capture/feed.h"
#include "app/capture/session_request.h"
#include "app/capture/track.h"
#include "capture/source.h"
#include "core/result.h"
#include "core/sync.h"
#include "evidence/entry.h"
#include "media/fragment/run_clock.h"
#include "storage/write/recorder.h"

namespace candor::app {

struct RoomOptions {
  std::string room;
  Label name;
  std::string room_class;
  bool needs_session = true;  // A session class; else the room records always.
  std::chrono::nanoseconds stall_after{std::chrono::seconds(3)};
  std::vector<TrackOptions> tracks;
};

struct TrackStatus {
  Uuid stream;
  std::string name;
  std::string source;
  Label label;
  MediaKind media = MediaKind::kVideo;
  bool is_substream = false;  // Shown only.
  std::string codecs;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool is_lost = true;
  UtcTime since;
  UtcTime recorded_to;  // 0: nothing yet.
  double frame_rate = 0;
  double bitrate_bps = 0;
};

struct RoomStatus {
  std::string room;
  Label name;
  std::string room_class;
  bool needs_session = true;
  RoomState state = RoomState::kIdle;
  UtcTime since;
  std::optional<SessionSummary> session;
  std::size_t copies = 0;  // That are being written; 0: nothing is recorded.
  std::uint64_t bytes_recorded =
      0;  // Handed to the recorder since the start, with its log's share.
  std::vector<TrackStatus> tracks;
};

/// Thread: any. Its mutex is held for the length of one chunk's packaging and never across I/O.
class Room {
 public:
  Room(RoomOptions options, std::size_t index, storage::Recorder& recorder, const Clock& clock,
       media::RunClock run_clock);

  // From a source's thread; `input` is the name of its plan.
  void on_tracks(const std::string& input, std::span<const capture::SourceTrack> tracks)
      EXCLUDES(mutex_);
  void on_sample(const std::string& input, MediaKind media, Sample sample) EXCLUDES(mutex_);
  void on_source_ended(const std::string& input, const Error& why) EXCLUDES(mutex_);

  /// Opens a session; `done` is called on the writer thread when it is durable.
  /// Errors: kFailedPrecondition  the room is continuous, or a session is running; kInvalidArgument
  /// an id is malformed, or there are more than 100.
  [[nodiscard]] Result<SessionSummary> start_session(SessionRequest request,
                                                     storage::Recorder::Done done) EXCLUDES(mutex_);

  /// Errors: kNotFound  this session is not the running one; kInvalidArgument  `by` has more than
  /// 256 bytes, `reason` more than 4096.
  [[nodiscard]] Result<SessionSummary> end_session(const Uuid& session, std::string by,
                                                   std::string reason, storage::Recorder::Done done)
      EXCLUDES(mutex_);

  /// A SESSION-OPEN or SESSION-CLOSE entry of this room is durable. Its time is the session's from
  /// now on: what is answered, shown and found in the catalogue is one. Called on the writer
  /// thread.
  void on_session_entry(const evidence::EntryView& entry) EXCLUDES(mutex_);
  /// The running session or the one that ended last, if it is this one.
  [[nodiscard]] std::optional<SessionSummary> find_session(const Uuid& session) const
      EXCLUDES(mutex_);

  /// Tells the reader where the room stands, then everything that follows. Returns its number for
  /// remove_reader.
  [[nodiscard]] std::uint64_t add_reader(FeedReader reader) EXCLUDES(mutex_);
  void remove_reader(std::uint64_t reader) EXCLUDES(mutex_);

  /// The continuous rooms have used up their share of the volumes, or have space again: nothing
  /// more is recorded, gap disk-full; what is live is shown as before. For continuous rooms only.
  void set_quota_used_up(bool is_used_up) EXCLUDES(mutex_);

  /// Once a second: finds stalled tracks, judges the state by what is proven on disk, measures
  /// rates.
  void tick(const storage::RoomProgress& progress) EXCLUDES(mutex_);

  [[nodiscard]] RoomStatus status() const EXCLUDES(mutex_);
  [[nodiscard]] const RoomOptions& options() const { return options_; }

 private:
  [[nodiscard]] bool is_recording() const REQUIRES(mutex_);
  [[nodiscard]] SessionSummary* known_session(const Uuid& session) REQUIRES(mutex_);
  [[nodiscard]] Track* find_track(const std::string& input, MediaKind media) REQUIRES(mutex_);
  void accept(Track& track, const ChunkPtr& chunk) REQUIRES(mutex_);
  void record(Track& track, const ChunkPtr& chunk) REQUIRES(mutex_);
  void show(Track& track, const ChunkPtr& chunk) REQUIRES(mutex_);
  [[nodiscard]] bool refuses(Track& track, const Chunk& chunk) REQUIRES(mutex_);
  void open_gap(const Track& track, storage::OpenGap gap) REQUIRES(mutex_);
  void lose(Track& track, const std::string& cause, const std::string& detail) REQUIRES(mutex_);
  void announce(Track& track) REQUIRES(mutex_);
  void publish(const FeedItem& item) const REQUIRES(mutex_);
  void publish_state() const REQUIRES(mutex_);
  [[nodiscard]] RoomState judge(const storage::RoomProgress& progress) const REQUIRES(mutex_);
  [[nodiscard]] UtcTime now() const { return run_clock_.utc_at(clock_.boot()); }

  const RoomOptions options_;
  const std::size_t index_;
  storage::Recorder& recorder_;
  const Clock& clock_;
  const media::RunClock run_clock_;
  mutable Mutex mutex_;
  std::vector<Track> tracks_ GUARDED_BY(mutex_);
  std::optional<SessionSummary> session_ GUARDED_BY(mutex_);
  std::optional<SessionSummary> ended_ GUARDED_BY(mutex_);  // The one before.
  std::vector<std::pair<std::uint64_t, FeedReader>> readers_ GUARDED_BY(mutex_);
  std::uint64_t next_reader_ GUARDED_BY(mutex_) = 1;
  RoomState state_ GUARDED_BY(mutex_) = RoomState::kIdle;
  UtcTime state_since_ GUARDED_BY(mutex_);
  UtcTime recording_since_ GUARDED_BY(mutex_);
  std::vector<TrackStatus> measured_ GUARDED_BY(mutex_);
  std::size_t copies_ GUARDED_BY(mutex_) = 0;
  std::uint64_t bytes_recorded_ GUARDED_BY(mutex_) = 0;
  bool is_quota_used_up_ GUARDED_BY(mutex_) = false;
  BootTime measured_at_ GUARDED_BY(mutex_);
};

}  // namespace candor::app
