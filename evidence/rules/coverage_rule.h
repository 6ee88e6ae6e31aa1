// SPDX-License-Identifier: Apache-2.0
// Rule 5: within a run of a stream, media time goes as the boot clock does. A piece that was left
// out and closed up, a stall, and time-lapse show here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "evidence/rules/seen_entry.h"

namespace candor::rules {

/// A run is judged by windows of so long, two in a row; its last one counts from half of that on.
inline constexpr std::chrono::seconds kCoverageWindow{20};
/// 2 % of a minute, and 1.5 s for rounds of the recorder that do not meet the units in step.
inline constexpr std::chrono::milliseconds kCoverageShort{2'700};
/// Media may catch up with the boot clock by what the recorder's queue holds (20 s) besides.
inline constexpr std::chrono::milliseconds kCoverageAhead{22'700};

/// One thread.
class CoverageRule {
 public:
  void take(const SeenEntry& entry, Report& report);

 private:
  // All in ns; a lead is the end of a unit on the media timeline minus the boot clock of its entry:
  // the entry comes sooner or later after the unit, so the largest lead of a window counts.
  struct Run {
    std::int64_t window_begin = 0;      // Boot clock.
    std::int64_t window_lead = 0;       // Largest in it.
    std::int64_t last = 0;              // Boot clock of the last unit.
    std::optional<std::int64_t> best;   // Of the windows before.
    std::optional<std::int64_t> first;  // Of the first window.
    std::optional<std::int64_t> last_window;
  };
  struct Stream {
    std::optional<Run> run;
    Uuid boot_id;
  };

  static void take_media(const SeenEntry& entry, Stream& stream, Report& report);
  static void end_run(const Uuid& id, Stream& stream, Report& report);
  static void end_window(const Uuid& id, Run& run, Report& report);

  StreamTable<Stream> streams_;
};

}  // namespace candor::rules
