// SPDX-License-Identifier: Apache-2.0
// The work of the copy keeper: finds closed segments, compares them with the log, copies those that
// a volume lacks. When it is done is the keeper's decision.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "storage/write/copies/copy_register.h"
#include "storage/write/copies/segment_copy.h"
#include "storage/write/copies/segment_entries.h"
#include "storage/write/mirror/volume_writer.h"

namespace candor::storage {

struct CopyOptions {
  std::string register_path{};  // Empty: nobody looks after copies.
  std::uint64_t bytes_per_second = std::uint64_t{50} << 20;
  std::chrono::milliseconds interval{1000};
  /// A slow volume may close its copy so much later than the first one.
  std::chrono::milliseconds settle{10'000};
  /// What could not be copied is tried again after this.
  std::chrono::milliseconds retry{15'000};
};

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

/// One thread. Errors of all: the register's; what cannot be read or copied is tried again later.
class CopyWork {
 public:
  using Writer = std::shared_ptr<VolumeWriter>;

  /// `must_stop` is asked between two segments.
  [[nodiscard]] static Result<CopyWork> open(std::vector<Writer> volumes, const Clock& clock,
                                             CopyOptions options, std::function<bool()> must_stop);

  /// What closed since the last start and was not noted, because the program was killed.
  [[nodiscard]] Result<void> find_segments(const LogEnd& log);
  [[nodiscard]] Result<void> take(const ClosedCopy& copy);
  /// Compares and copies all that is due.
  [[nodiscard]] Result<void> look_around();

  [[nodiscard]] Result<CopyCounts> counts() { return register_.counts(); }
  [[nodiscard]] std::uint64_t copied() const { return copied_; }

 private:
  CopyWork(CopyRegister copies, std::vector<Writer> volumes, const Clock& clock,
           CopyOptions options, std::function<bool()> must_stop);

  // A segment as it stands on one volume.
  struct Found {
    Writer writer;
    bool is_known = false;  // It was compared before.
    SettledCopy copy;       // 0 bytes: missing, or not what the log says.
  };

  [[nodiscard]] std::vector<Found> present_of(const SegmentCopies& copies) const;
  [[nodiscard]] bool settle(std::vector<Found>& found, const std::string& path,
                            const SegmentEntries& entries) const;
  [[nodiscard]] Result<void> lose(const SegmentRef& segment);
  [[nodiscard]] Result<void> complete(const SegmentCopies& copies);
  [[nodiscard]] Result<void> make_equal(const SegmentRef& segment, const SegmentEntries& entries,
                                        const std::vector<Found>& found);
  [[nodiscard]] Result<bool> copy_to(const Writer& to, const Writer& from,
                                     const SegmentRef& segment, const SegmentEntries& entries);
  [[nodiscard]] Result<void> add_if_init(const LogEnd& log, std::uint64_t index, ByteView bytes);
  [[nodiscard]] std::optional<LogPlace> log_of(const std::string& room, std::uint32_t epoch) const;
  [[nodiscard]] bool is_due(const std::string& path) const;
  void postpone(const std::string& path, std::chrono::milliseconds wait);
  void pace(std::uint64_t bytes) const;

  CopyRegister register_;
  std::vector<Writer> volumes_;
  const Clock* clock_;
  CopyOptions options_;
  std::function<bool()> must_stop_;
  std::map<std::string, std::chrono::steady_clock::time_point> due_;
  std::uint64_t copied_ = 0;
};

}  // namespace candor::storage
