// SPDX-License-Identifier: Apache-2.0
// A clock that a test moves by hand, its two faces apart.
#pragma once

#include "core/time.h"

namespace candor::test {

/// Moved by one thread while nobody reads it.
class MovedClock final : public Clock {
 public:
  [[nodiscard]] UtcTime utc() const override { return utc_; }
  [[nodiscard]] BootTime boot() const override { return boot_; }

  void pass(Nanoseconds time) {
    utc_ = utc_ + time;
    boot_ = boot_ + time;
  }
  void step_utc(Nanoseconds by) { utc_ = utc_ + by; }

 private:
  UtcTime utc_{1'800'000'000'000'000'000};
  BootTime boot_{1'000'000'000'000};
};

}  // namespace candor::test
