// SPDX-License-Identifier: Apache-2.0
// One volume and the thread that writes to it. What it has to do arrives in order through a bounded
// queue; a volume that fails, fills, stalls or vanishes leaves the mirror and holds up nobody.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/abandonable_thread.h"
#include "core/bounded_queue.h"
#include "core/error.h"
#include "core/result.h"
#include "core/sync.h"
#include "core/time.h"
#include "storage/write/mirror/open_volumes.h"

namespace candor::storage {

enum class VolumeState : std::uint8_t {
  kOk,
  kSlow,  // Its oldest work has waited too long.
  kFull,  // What is free is kept for the logs: no media is written.
  kAway,  // It failed, vanished or stopped answering: nothing is written.
};

/// A copy of how a volume is.
struct VolumeStatus {
  std::string name;
  std::string path;
  VolumeState state = VolumeState::kOk;
  std::string detail;                   // Why it is not kOk.
  std::chrono::milliseconds behind{0};  // How long its oldest work has waited.
  VolumeSpace space;
  bool is_space_known = false;
  std::uint64_t failed_files = 0;  // Copies of files it refused or lost since the start.
};

/// Something a volume could not do, for the room's log.
struct VolumeFault {
  std::string volume;
  std::string path;  // From the volume's root; empty: the whole volume.
  Error error;
};

/// Thread: post, flush, tend and come_back by the recorder's; run by its own; the rest by any.
class VolumeWriter : public std::enable_shared_from_this<VolumeWriter> {
 public:
  using Task = std::function<void()>;
  struct Options {
    std::size_t queue_bytes = std::size_t{512} << 20;
    /// Beyond, the volume is given up as stuck.
    std::chrono::milliseconds stuck_after{10'000};
    std::chrono::milliseconds slow_after{3'000};
    std::uint64_t reserve_bytes = std::uint64_t{256} << 20;
    /// The only volume: its work is done at once, on the recorder's thread, which would wait for it
    /// anyway.
    bool is_alone = false;
  };

  [[nodiscard]] static std::shared_ptr<VolumeWriter> start(VolumeSlot slot, const Clock& clock,
                                                           Options options);

  /// Queues a task with the bytes it holds in memory. flush() hands all over at once: the thread
  /// wakes once for many chunks.
  void post(Task task, std::size_t bytes);
  void flush();

  /// Asks how much is free and, while away, whether the volume is well again; the answers come by
  /// themselves.
  void tend();

  /// From now on nothing is written to it: every file open on it has missed something.
  void leave(const Error& why) EXCLUDES(mutex_);
  /// Leaves when its oldest work has waited too long.
  void leave_if_stuck();
  /// The volume answered a tend() and is taken again; its logs must be brought up first of all.
  [[nodiscard]] bool is_ready_to_return() const { return is_ready_.load(); }
  void come_back();

  /// Notes that a file on it cannot be trusted. The folder of names cannot either after
  /// kFailedPrecondition: the volume is retired.
  void note_failed_file(std::string_view path, const Error& error) EXCLUDES(mutex_);
  /// A media file is well: a disk may refuse those and still take the log.
  void note_good_file() EXCLUDES(mutex_);
  [[nodiscard]] std::vector<VolumeFault> take_faults() EXCLUDES(mutex_);

  [[nodiscard]] bool is_away() const { return is_away_.load(); }
  [[nodiscard]] bool is_full() const { return is_full_.load(); }
  /// It is full, and another volume may have room. (Alone, the recorder writes a gap.)
  [[nodiscard]] bool keeps_for_logs() const { return is_full() && !options_.is_alone; }
  [[nodiscard]] bool accepts_media() const { return !is_away() && !is_full(); }
  /// Grows each time it leaves: a file that was opened before is not written to any more.
  [[nodiscard]] std::uint64_t generation() const { return generation_.load(); }
  [[nodiscard]] const Volume& volume() const { return volume_; }
  [[nodiscard]] VolumeStatus status() const EXCLUDES(mutex_);

  /// Finishes what waits and joins; a thread that is stuck in the kernel is abandoned.
  void stop();

 private:
  struct Batch {
    std::chrono::steady_clock::time_point since;
    std::vector<Task> tasks;
  };

  VolumeWriter(Volume volume, const Clock& clock, Options options);

  void run();
  void measure();
  void probe();
  [[nodiscard]] std::chrono::milliseconds behind() const;

  const Volume volume_;
  const Clock& clock_;
  const Options options_;
  BoundedQueue<Batch> queue_;
  Batch batch_;                  // Recorder's thread only.
  std::size_t batch_bytes_ = 0;  // Recorder's thread only.
  std::atomic<bool> is_away_ = false;
  std::atomic<bool> is_full_ = false;
  std::atomic<bool> is_ready_ = false;
  std::atomic<bool> is_tending_ = false;  // An answer is still to come.
  std::atomic<std::uint64_t> generation_ = 1;
  std::atomic<std::int64_t> working_since_ns_ = 0;  // Of the batch in hand, steady clock; 0: idle.
  mutable Mutex mutex_;
  std::string detail_ GUARDED_BY(mutex_);
  std::vector<VolumeFault> faults_ GUARDED_BY(mutex_);
  std::optional<StateLock> lock_ GUARDED_BY(mutex_);  // While it is not away.
  VolumeSpace space_ GUARDED_BY(mutex_);
  bool is_space_known_ GUARDED_BY(mutex_) = false;
  std::uint64_t failed_files_ GUARDED_BY(mutex_) = 0;
  int failures_in_a_row_ GUARDED_BY(mutex_) = 0;
  AbandonableThread thread_;
};

}  // namespace candor::storage
