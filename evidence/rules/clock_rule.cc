// SPDX-License-Identifier: Apache-2.0
#include "evidence/rules/clock_rule.h"

#include <cstdlib>

namespace candor::rules {

void ClockRule::take(const SeenEntry& entry, Report& report) {
  const evidence::EntryHeader& header = entry.header;
  if (last_.has_value() && last_->boot_id == header.boot_id) {
    take_same_boot(*last_, header, report);
  } else if (last_.has_value() && header.type != evidence::EntryType::kRecorder) {
    report.add(Rule::kClock, Severity::kBroken, {},
               "another boot of the machine begins without a RECORDER entry");
  }
  last_ = header;
}

void ClockRule::take_same_boot(const evidence::EntryHeader& last,
                               const evidence::EntryHeader& header, Report& report) {
  const std::int64_t boot_ns = (header.boot - last.boot).count();
  const std::int64_t step_ns = (header.real - last.real).count() - boot_ns;
  if (boot_ns < 0) {
    report.add(Rule::kClock, Severity::kBroken, {},
               "the boot clock went back by " + seconds_text(-boot_ns));
  } else if (header.type != evidence::EntryType::kClock &&
             std::abs(step_ns) > kClockStepNs + boot_ns / 1'000'000 * kClockDriftPpm) {
    report.add(
        Rule::kClock, Severity::kBroken, {},
        "the wall clock stepped by " + seconds_text(step_ns) + ", and no CLOCK entry says so");
  }
}

}  // namespace candor::rules
