// SPDX-License-Identifier: Apache-2.0
// Sees to it that every closed segment stands whole on every volume: counts those that do not,
// compares them with the log, and copies them where they are missing (docs/design/mirror.md).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/bounded_queue.h"
#include "core/result.h"
#include "core/sync.h"
#include "core/time.h"
#include "storage/write/copies/copy_register.h"
#include "storage/write/copies/segment_entries.h"
#include "storage/write/mirror/volume_writer.h"

namespace candor::storage {

/// A volume has closed its copy of a segment.
struct ClosedCopy {
  SegmentRef segment;
  Uuid volume;
  bool is_whole = false;  // All its units were read back, and nothing failed.
};

/// How far a log reached when the program started: all its segments are closed.
struct LogEnd {
  std::string room;
  std::uint32_t epoch = 1;
  std::uint64_t entries = 0;
};

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
  struct Options {
    std::string register_path{};  // Empty: nobody looks after copies.
    std::uint64_t bytes_per_second = std::uint64_t{50} << 20;
    std::chrono::milliseconds interval{1000};
    /// A slow volume may close its copy so much later than the first one.
    std::chrono::milliseconds settle{10'000};
    /// What could not be copied is tried again after this.
    std::chrono::milliseconds retry{15'000};
  };

  [[nodiscard]] static std::shared_ptr<CopyKeeper> make(
      std::vector<std::shared_ptr<VolumeWriter>> volumes, const Clock& clock, Options options);

  /// Once, before anything is noted that these logs do not hold.
  void start(std::vector<LogEnd> logs);

  /// Never blocks.
  void note(ClosedCopy copy) { notes_.push_control(std::move(copy)); }
  [[nodiscard]] CopyStatus status() const EXCLUDES(mutex_);

  /// Ends after the segment in hand; a thread that is stuck in the kernel is abandoned.
  void stop();

 private:
  using Writer = std::shared_ptr<VolumeWriter>;

  CopyKeeper(std::vector<Writer> volumes, const Clock& clock, Options options);

  void run();
  [[nodiscard]] Result<void> run_until_stopped();
  [[nodiscard]] Result<void> find_segments(const LogEnd& log);
  [[nodiscard]] Result<void> take(const ClosedCopy& copy);
  [[nodiscard]] Result<void> look_around();
  [[nodiscard]] Result<void> complete(const SegmentCopies& copies);
  [[nodiscard]] Result<void> complete(const SegmentCopies& copies, const SegmentEntries& entries);
  [[nodiscard]] Result<bool> copy_to(const Writer& to, const Writer& from,
                                     const SegmentRef& segment, const SegmentEntries& entries);
  [[nodiscard]] std::optional<LogPlace> log_of(const SegmentRef& segment) const;
  [[nodiscard]] bool is_due(const std::string& path) const;
  void postpone(const std::string& path, std::chrono::milliseconds wait);
  void pace(std::uint64_t bytes) const;
  [[nodiscard]] Result<void> publish() EXCLUDES(mutex_);

  const std::vector<Writer> volumes_;
  const Clock& clock_;
  const Options options_;
  std::vector<LogEnd> logs_;                                  // From start() on the thread's.
  BoundedQueue<ClosedCopy> notes_{{.items = 1, .bytes = 1}};  // Control items only.
  // The thread's own:
  std::optional<CopyRegister> register_;
  std::map<std::string, std::chrono::steady_clock::time_point> due_;
  std::uint64_t copied_ = 0;

  std::atomic<bool> must_stop_ = false;
  std::atomic<bool> has_ended_ = false;
  mutable Mutex mutex_;
  CopyStatus status_ GUARDED_BY(mutex_);
  std::jthread thread_;
};

}  // namespace candor::storage
