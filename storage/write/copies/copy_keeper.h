// SPDX-License-Identifier: Apache-2.0
// Sees to it that every closed segment stands whole on every volume: counts those that do not,
// compares them with the log, and copies them where they are missing (docs/design/mirror.md).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/abandonable_thread.h"
#include "core/bounded_queue.h"
#include "core/result.h"
#include "core/sync.h"
#include "core/time.h"
#include "storage/write/copies/copy_work.h"
#include "storage/write/mirror/volume_writer.h"

namespace candor::storage {

struct CopyStatus {
  std::size_t volumes = 0;  // That are written to by the configuration.
  CopyCounts counts;
  std::uint64_t copied = 0;  // Segments since the start.
  bool is_known = false;     // False: the logs are still being searched, or `fault` says why.
  std::string fault;
};

/// Thread: note and status from any; a thread of its own for the work, which never touches a file
/// that is still written to.
class CopyKeeper : public std::enable_shared_from_this<CopyKeeper> {
 public:
  [[nodiscard]] static std::shared_ptr<CopyKeeper> make(
      std::vector<std::shared_ptr<VolumeWriter>> volumes, const Clock& clock, CopyOptions options);

  /// Once, before anything is noted that these logs do not hold.
  void start(std::vector<LogEnd> logs);

  /// Never blocks.
  void note(ClosedCopy copy) { notes_.push_control(std::move(copy)); }
  [[nodiscard]] CopyStatus status() const EXCLUDES(mutex_);

  /// Ends after the segment in hand; a thread that is stuck in the kernel is abandoned.
  void stop();

 private:
  using Writer = std::shared_ptr<VolumeWriter>;

  CopyKeeper(std::vector<Writer> volumes, const Clock& clock, CopyOptions options);

  void run();
  [[nodiscard]] Result<void> run_until_stopped();
  [[nodiscard]] Result<void> take_notes(CopyWork& work, std::chrono::nanoseconds wait);
  [[nodiscard]] Result<void> publish(CopyWork& work) EXCLUDES(mutex_);

  const std::vector<Writer> volumes_;
  const Clock& clock_;
  const CopyOptions options_;
  std::vector<LogEnd> logs_;                                  // From start() on the thread's.
  BoundedQueue<ClosedCopy> notes_{{.items = 1, .bytes = 1}};  // Control items only.
  std::atomic<bool> must_stop_ = false;
  mutable Mutex mutex_;
  CopyStatus status_ GUARDED_BY(mutex_);
  AbandonableThread thread_;
};

}  // namespace candor::storage
