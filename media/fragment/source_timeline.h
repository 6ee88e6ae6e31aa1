// SPDX-License-Identifier: Apache-2.0
// Puts a source's own time stamps on the run's clock, by the least delayed sample and with a
// bounded correction (docs/design/time.md). It finds no holes: that is the fragmenter's.
#pragma once

#include <cstdint>

#include "core/time.h"
#include "media/fragment/run_clock.h"

namespace candor::media {

/// One source clock on one run clock. One thread: the source's.
class SourceTimeline {
 public:
  SourceTimeline(RunClock run_clock, std::uint32_t timescale)
      : run_clock_(run_clock), timescale_(timescale) {}

  /// The sample's time in ticks since 1970 UTC. The first sample after construction or restart() is
  /// placed at its arrival; from then on the source's clock counts, corrected by at most 1000 ppm
  /// toward the least delayed sample. A source whose clock leads away from the arrivals by more
  /// than ten seconds, steps, or stands still while samples come has a wrong one: it is set anew at
  /// the arrival.
  [[nodiscard]] std::int64_t place(std::int64_t source_ticks, BootTime arrival);

  /// The source's clock was set anew: the next sample is placed by its arrival again.
  void restart() { started_ = false; }

 private:
  void begin(std::int64_t source_ns, std::int64_t arrival_ns);
  void observe(std::int64_t offset_ns, std::int64_t source_ns);
  [[nodiscard]] bool is_wrong(std::int64_t source_ns, std::int64_t arrival_ns) const;

  RunClock run_clock_;
  std::uint32_t timescale_;
  bool started_ = false;
  std::int64_t offset_ns_ = 0;  // Added to the source's time: UTC minus source.
  std::int64_t last_source_ns_ = 0;
  std::int64_t last_arrival_ns_ = 0;
  std::int64_t last_move_ns_ = 0;       // Arrival of the last sample that had a new time.
  std::int64_t window_start_ns_ = 0;    // Source time at which the current window began.
  std::int64_t window_least_ns_ = 0;    // Least offset seen in the current window,
  std::int64_t previous_least_ns_ = 0;  // and in the one before.
};

}  // namespace candor::media
