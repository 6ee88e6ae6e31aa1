// SPDX-License-Identifier: Apache-2.0
#include "evidence/rules/silence_rule.h"

namespace candor::rules {
namespace {

using evidence::EntryType;

bool explains_pause(EntryType type) {
  return type == EntryType::kRecorder || type == EntryType::kGapOpen ||
         type == EntryType::kGapClose;
}

}  // namespace

void SilenceRule::take(const SeenEntry& entry, Report& report) {
  const evidence::EntryHeader& header = entry.header;
  const bool is_clock = header.type == EntryType::kClock;
  if (waiting_ns_ > 0 && !is_clock && !explains_pause(header.type)) {
    complain(report);
  }
  waiting_ns_ = is_clock ? waiting_ns_ : 0;
  if (last_.has_value()) {
    // Over a reboot only the wall clock counts on; a step of it is rule 4's.
    const Nanoseconds pause =
        last_->boot_id == header.boot_id ? header.boot - last_->boot : header.real - last_->real;
    if (pause > kSilenceMax && !explains_pause(header.type) && !explains_pause(last_->type)) {
      waiting_ns_ = pause.count();
      if (!is_clock) {
        complain(report);
      }
    }
  }
  last_ = header;
}

void SilenceRule::complain(Report& report) {
  report.add(Rule::kSilence, Severity::kBroken, {},
             "the log was silent for " + seconds_text(waiting_ns_) + " and does not say why");
  waiting_ns_ = 0;
}

}  // namespace candor::rules
