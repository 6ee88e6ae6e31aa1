// SPDX-License-Identifier: Apache-2.0
// The time base of a run: UTC read once, then the boot clock. A step of the wall clock never moves
// recorded times.
#pragma once

#include "core/time.h"

namespace candor::media {

/// Anchored at the start of the program; all its streams share it. Immutable value, any thread.
class RunClock {
 public:
  explicit RunClock(const Clock& clock) : utc_(clock.utc()), boot_(clock.boot()) {}
  RunClock(UtcTime utc, BootTime boot) : utc_(utc), boot_(boot) {}

  [[nodiscard]] UtcTime utc_at(BootTime time) const { return utc_ + (time - boot_); }

 private:
  UtcTime utc_;
  BootTime boot_;
};

}  // namespace candor::media
