// SPDX-License-Identifier: Apache-2.0
// The recorder: a bounded queue, one thread that decides what stands where, one sync round a second
// for all rooms. The volumes write on threads of their own.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "core/bounded_queue.h"
#include "core/result.h"
#include "core/sync.h"
#include "storage/write/entry_clock.h"
#include "storage/write/index_update.h"
#include "storage/write/mirror/mirror.h"
#include "storage/write/room_recorder.h"
#include "storage/write/sync_times.h"

namespace candor::storage {

/// What a room and its streams are called inside the recorder.
struct StreamKey {
  std::size_t room = 0;
  std::size_t stream = 0;
};

struct RoomSpec {
  std::string room;
  std::vector<StreamSpec> streams;
  std::uint32_t epoch = 1;
  evidence::LinkBody former{};  // Of an epoch above 1: the log before, and why it ended.
};

struct RecorderOptions {
  std::string authority{};
  std::string site{};
  std::string software{};
  std::string config_digest{};
  std::chrono::nanoseconds sync_interval{std::chrono::seconds(1)};
  std::size_t queue_items = 100'000;
  std::size_t queue_bytes = std::size_t{512} << 20;
  /// Media is not written (gap disk-full) while less is free than this, or than a twentieth of a
  /// small volume: the logs, which say so, must never be what finds the disk full.
  std::uint64_t reserve_bytes = std::uint64_t{256} << 20;
  CopyOptions copies{};
  LeafSink* leaves = nullptr;         // Told of what is durable; outlives the recorder.
  std::shared_ptr<LogReach> reach{};  // Together with `leaves`.
  std::shared_ptr<const NewestCosignatures> cosignatures{};  // Stand in the heartbeats.
  /// One of two volumes that does not answer for so long is given up until it does.
  std::chrono::milliseconds volume_stuck_after{10'000};
  /// A room's log failed on every volume: the process must stop and start anew, which recovers it.
  /// Called once, on the recorder's thread.
  std::function<void(const Error&)> on_fatal{};
};

/// A copy of where a room stands.
struct RoomProgress {
  std::string room;
  std::vector<StreamProgress> streams;
};

struct RecorderStatus {
  std::uint64_t rounds = 0;  // Since the start: each wrote, synced and committed what there was.
  std::vector<RoomProgress> rooms;
  SyncPercentiles sync;  // Of the volume that was first.
  std::vector<VolumeStatus> volumes;
  CopyStatus copies;
  std::uint64_t failed_files = 0;  // Closed since the start because every volume refused them.
};

/// Thread: any, except where said. Stops, committing all that was taken, when destroyed.
class Recorder {
 public:
  /// What a room continues with after a restart.
  struct Resumed {
    std::optional<evidence::SessionOpenBody> session;
    UtcTime session_started;
    std::vector<Uuid> stream_ids;
    std::vector<UtcTime> recorded_ends;
  };
  /// Called on the recorder's thread once the item is durable.
  using Done = std::function<void()>;

  /// Recovers every room, then starts the thread.
  /// Errors: those of RoomRecorder::open, with the room's name.
  [[nodiscard]] static Result<std::unique_ptr<Recorder>> open(std::vector<VolumeSlot> volumes,
                                                              const Clock& clock,
                                                              RecorderOptions options,
                                                              const std::vector<RoomSpec>& rooms,
                                                              IndexSink& index);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  Recorder(Recorder&&) = delete;
  Recorder& operator=(Recorder&&) = delete;

  /// False when the queue is full: nothing was taken, the caller declares the gap and starts anew
  /// at a key frame.
  [[nodiscard]] bool try_append(StreamKey key, AppendChunk item);
  void open_gap(StreamKey key, OpenGap gap);
  void open_session(std::size_t room, OpenSession session, Done done);
  void close_session(std::size_t room, CloseSession session, Done done);
  /// A RECORDER entry in a room's log: what a person must find there.
  void note_event(std::size_t room, NoteEvent event);
  /// An entry of the room's chain of events, as it is; `done` once it is durable.
  void add_event(std::size_t room, AddEvent event, Done done = {});
  /// What the wall clock is worth from now on; a CLOCK entry in every room's log if its state or
  /// its source is another one than before.
  void take_clock_reading(ClockReading reading);

  [[nodiscard]] const Resumed& resumed(std::size_t room) const { return resumed_[room]; }
  [[nodiscard]] RecorderStatus status() const EXCLUDES(status_mutex_);
  [[nodiscard]] const Mirror::Writers& volumes() const { return mirror_.writers(); }
  [[nodiscard]] const Volume& volume() const { return mirror_.writers().front()->volume(); }

  /// Takes nothing more, commits all, joins the thread. Idempotent.
  void stop();

 private:
  struct Item {
    StreamKey key;
    std::variant<AppendChunk, OpenGap, OpenSession, CloseSession, NoteEvent, AddEvent, ClockReading>
        what;
    Done done;
  };

  Recorder(std::vector<VolumeSlot> volumes, const Clock& clock, RecorderOptions options,
           IndexSink& index);

  void run();
  [[nodiscard]] Result<void> run_until_closed();
  [[nodiscard]] Result<void> handle(Item& item);
  [[nodiscard]] Result<void> append(RoomRecorder& room, std::size_t stream,
                                    const AppendChunk& item);
  [[nodiscard]] Result<void> round();
  [[nodiscard]] Result<void> commit_room(RoomRecorder& room);
  void tell_leaves(RoomRecorder& room);
  void look_after_copies();
  void tend_volumes();
  void check_clock();
  void note_clock(const ClockReading& reading);
  void publish_status() EXCLUDES(status_mutex_);

  const Clock& clock_;
  EntryClock entry_clock_;
  RecorderOptions options_;
  Mirror mirror_;
  std::shared_ptr<CopyKeeper> keeper_;
  IndexSink& index_;
  std::vector<RoomRecorder> rooms_;
  std::vector<Resumed> resumed_;
  BoundedQueue<Item> queue_;
  // The thread's own:
  std::vector<Done> waiting_;
  std::uint64_t rounds_ = 0;
  SyncTimes sync_times_;
  EntryTime last_time_;
  std::optional<ClockReading> clock_reading_;
  BootTime last_heartbeat_;
  mutable Mutex status_mutex_;
  RecorderStatus status_ GUARDED_BY(status_mutex_);
  std::jthread thread_;
};

}  // namespace candor::storage
