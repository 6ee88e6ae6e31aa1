// SPDX-License-Identifier: Apache-2.0
// Rule 6: two entries in a row are never more than 15 s apart, unless a RECORDER or GAP entry
// stands at the pause.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "evidence/rules/seen_entry.h"

namespace candor::rules {

/// A heartbeat comes every 10 s.
inline constexpr std::chrono::seconds kSilenceMax{15};

/// One thread.
class SilenceRule {
 public:
  void take(const SeenEntry& entry, Report& report);

 private:
  void complain(Report& report);

  std::optional<evidence::EntryHeader> last_;
  std::int64_t waiting_ns_ = 0;  // A pause whose CLOCK entry may be followed by its explanation.
};

}  // namespace candor::rules
