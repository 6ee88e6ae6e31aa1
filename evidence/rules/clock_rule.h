// SPDX-License-Identifier: Apache-2.0
// Rule 4: wall clock and boot clock go together, but where a CLOCK entry stands; the boot clock
// never goes back; another boot begins with a RECORDER entry.
#pragma once

#include <optional>

#include "evidence/rules/seen_entry.h"

namespace candor::rules {

/// Two entries may disagree by 50 ms and 200 ppm of the time between them.
inline constexpr std::int64_t kClockStepNs = 50'000'000;
inline constexpr std::int64_t kClockDriftPpm = 200;

/// One thread.
class ClockRule {
 public:
  void take(const SeenEntry& entry, Report& report);

 private:
  static void take_same_boot(const evidence::EntryHeader& last, const evidence::EntryHeader& header,
                             Report& report);

  std::optional<evidence::EntryHeader> last_;
};

}  // namespace candor::rules
