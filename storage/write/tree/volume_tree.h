// SPDX-License-Identifier: Apache-2.0
// The trees of all logs on one volume, and the thread that writes them there. A volume that is
// stuck, away or broken holds up nobody: what it missed it makes of its own entries later.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/bounded_queue.h"
#include "core/sync.h"
#include "core/time.h"
#include "storage/write/mirror/volume_writer.h"
#include "storage/write/tree/log_reach.h"
#include "storage/write/tree/stamp_files.h"
#include "storage/write/tree/tree_files.h"

namespace candor::storage {

/// Thread: any, except where said; all work is done on its own, which may outlive its owner when
/// the kernel does not give it back.
class VolumeTree : public std::enable_shared_from_this<VolumeTree> {
 public:
  using Loaded = std::function<void(Result<ReadTree>)>;

  /// `clock` outlives the thread.
  [[nodiscard]] static std::shared_ptr<VolumeTree> start(std::shared_ptr<VolumeWriter> volume,
                                                         std::shared_ptr<const LogReach> reach,
                                                         const Clock& clock);

  /// Reads a log's tree as far as this volume holds it, making its tiles right; `loaded` is called
  /// on this thread. A volume that is away, or whose reach is not known within a second, says
  /// kUnavailable.
  void load(const LogName& log, Loaded loaded);
  void write_tiles(const LogName& log, std::vector<evidence::Tile> tiles);
  /// Writes the note once this volume's own entries reach so far; an older one that still waits is
  /// forgotten.
  void write_note(const LogName& log, std::uint64_t size, std::string note);
  void append_cosigned(const LogName& log, std::string note);
  /// What was stamped of the log, and with what (stamp_files.h); `done` is called on this thread,
  /// or never if the queue is full or the thread is stuck. Errors: kUnavailable  the volume is
  /// away, or does not hold so many entries yet; those of write_stamp.
  void write_stamp(const LogName& log, StampFiles files, std::function<void(Result<void>)> done);

  /// A tile from this volume; on the caller's thread. Errors: those of read_tile; kUnavailable  it
  /// is away or slow.
  [[nodiscard]] Result<Bytes> tile(const LogName& log, const evidence::TilePlace& place) const;

  /// Durable entries of a log on this volume; none: it is not written to, nobody waits for it.
  [[nodiscard]] std::optional<std::uint64_t> reach(const LogName& log) const;
  [[nodiscard]] const std::string& name() const { return volume_->volume().name(); }
  [[nodiscard]] const Volume& volume() const { return volume_->volume(); }
  [[nodiscard]] bool is_well() const;
  /// Why the last thing could not be written; empty: all is.
  [[nodiscard]] std::string fault() const EXCLUDES(mutex_);

  /// Writes what waits and joins; a thread that is stuck is abandoned.
  void stop();

 private:
  using Task = std::function<void()>;
  struct WaitingNote {
    std::uint64_t size = 0;
    std::string note;
  };

  VolumeTree(std::shared_ptr<VolumeWriter> volume, std::shared_ptr<const LogReach> reach,
             const Clock& clock);

  void post(Task task, std::size_t bytes);
  void run();
  void write_waiting_notes();
  void catch_up();
  [[nodiscard]] Result<void> write_missing(const LogName& log, std::uint64_t wanted);
  void want(const LogName& log, std::uint64_t entries) EXCLUDES(mutex_);
  void note_result(const LogName& log, const Result<void>& result) EXCLUDES(mutex_);

  const std::shared_ptr<VolumeWriter> volume_;
  const std::shared_ptr<const LogReach> reach_;
  const Clock& clock_;
  BoundedQueue<Task> queue_;
  std::atomic<bool> has_missed_ = false;
  std::atomic<bool> has_ended_ = false;
  // The thread's own:
  std::map<LogName, WaitingNote> notes_;
  std::map<LogName, CosignedNotes> cosigned_;
  std::uint64_t generation_ = 0;
  mutable Mutex mutex_;
  std::string fault_ GUARDED_BY(mutex_);
  // Every log that is kept here, and up to which entry it must have its tiles.
  std::map<LogName, std::uint64_t> wanted_ GUARDED_BY(mutex_);
  std::jthread thread_;
};

}  // namespace candor::storage
