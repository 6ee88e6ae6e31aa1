// SPDX-License-Identifier: Apache-2.0
// Watches the space on the volumes: how long it lasts, whether a session fits, and when the
// continuous rooms have used up their share. It deletes nothing and stops no session.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/capture/room.h"
#include "app/capture/space/forecast.h"
#include "app/capture/space/limits.h"
#include "app/capture/space/media_usage.h"
#include "app/capture/space/smoothed_rate.h"
#include "core/result.h"
#include "core/sync.h"
#include "core/time.h"
#include "storage/write/recorder.h"

namespace candor::app {

struct VolumeForecast {
  std::optional<double> hours_left;       // At the present rate; none: nothing is written.
  std::optional<double> hours_left_busy;  // If every room recorded.
  std::optional<std::int64_t> warning_h;  // The threshold it is below.
  std::uint64_t short_bytes = 0;          // Running sessions may need so much more than there is.
};

/// What the rooms that record always have of the volumes.
struct ContinuousSpace {
  std::uint64_t bytes_used = 0;
  bool is_measured = false;  // Else bytes_used is what was counted until now.
  std::uint64_t bytes_quota = 0;
  std::optional<double> hours_left;
  std::optional<std::int64_t> warning_h;
  bool is_used_up = false;
};

struct SpaceStatus {
  std::vector<VolumeForecast> volumes;  // In the order of the recorder's.
  ContinuousSpace continuous;
};

/// Thread: tick by one, the rest by any.
class SpaceKeeper {
 public:
  /// Begins to count what the continuous rooms hold on the volumes that are there.
  SpaceKeeper(SpaceLimits limits, const storage::RecorderStatus& recorder,
              const std::vector<RoomStatus>& rooms);

  /// Once a second, `seconds` after the last time. All rooms, in the same order each time.
  void tick(const storage::RecorderStatus& recorder, const std::vector<RoomStatus>& rooms,
            UtcTime now, double seconds) EXCLUDES(mutex_);

  /// Whether a session of this room fits beside what records. Returns what a person must know, or
  /// nothing. Errors: kResourceExhausted.
  [[nodiscard]] Result<std::string> check_start(std::size_t room,
                                                const storage::RecorderStatus& recorder,
                                                const std::vector<RoomStatus>& rooms,
                                                UtcTime now) const EXCLUDES(mutex_);

  [[nodiscard]] SpaceStatus status() const EXCLUDES(mutex_);

 private:
  struct RoomRates {
    std::vector<SmoothedRate> tracks;
    std::uint64_t recorded = 0;  // As its status said last.
  };

  void measure(const std::vector<RoomStatus>& rooms, double seconds) REQUIRES(mutex_);
  void judge_volumes(const storage::RecorderStatus& recorder, const std::vector<RoomStatus>& rooms,
                     UtcTime now) REQUIRES(mutex_);
  void judge_continuous(const storage::RecorderStatus& recorder) REQUIRES(mutex_);
  [[nodiscard]] double expected_rate(std::size_t room, const RoomStatus& status) const
      REQUIRES(mutex_);
  [[nodiscard]] double idle_rate(const std::vector<RoomStatus>& rooms) const REQUIRES(mutex_);
  [[nodiscard]] std::uint64_t session_bytes(const std::vector<RoomStatus>& rooms, UtcTime now) const
      REQUIRES(mutex_);
  [[nodiscard]] std::uint64_t continuous_bytes(const std::vector<RoomStatus>& rooms) const
      REQUIRES(mutex_);

  const SpaceLimits limits_;
  const MediaUsage usage_;
  mutable Mutex mutex_;
  std::vector<RoomRates> rates_ GUARDED_BY(mutex_);
  SmoothedRate total_ GUARDED_BY(mutex_);
  SmoothedRate continuous_ GUARDED_BY(mutex_);
  std::uint64_t continuous_recorded_ GUARDED_BY(mutex_) = 0;  // Since the start.
  std::vector<SpaceWarning> warnings_ GUARDED_BY(mutex_);     // One a volume.
  SpaceWarning quota_warning_ GUARDED_BY(mutex_);
  SpaceStatus status_ GUARDED_BY(mutex_);
};

}  // namespace candor::app
