// SPDX-License-Identifier: Apache-2.0
// What an entry says of time: both clocks, the boot, and how far the kernel trusts its wall clock.
#pragma once

#include <cstdint>

#include "core/ids.h"
#include "core/time.h"
#include "evidence/entry.h"

namespace candor::storage {

/// The time fields of one entry.
struct EntryTime {
  UtcTime real;
  BootTime boot;
  Uuid boot_id;
  evidence::ClockState state = evidence::ClockState::kUnknown;
  std::uint32_t error_us = evidence::kClockErrorUnknown;
};

/// Thread: any.
class EntryClock {
 public:
  explicit EntryClock(const Clock& clock);
  [[nodiscard]] EntryTime now() const;

 private:
  const Clock& clock_;
  Uuid boot_id_;
};

}  // namespace candor::storage
