// SPDX-License-Identifier: Apache-2.0
// What an entry says of time: both clocks, the boot, and how far the wall clock is to be trusted.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

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

/// What the service that sets the wall clock says of it.
struct ClockReading {
  evidence::ClockState state = evidence::ClockState::kUnknown;
  std::uint32_t error_us = evidence::kClockErrorUnknown;
  std::string source{};  // Whom it follows; empty: nobody.
  std::string detail{};  // What it said, or why it said nothing.
};

/// Thread: any.
class EntryClock {
 public:
  /// Of a reading that is not followed by another one nothing is known any more.
  static constexpr std::chrono::seconds kReadingGood{60};

  explicit EntryClock(const Clock& clock);
  /// With the newest reading's state and error; before the first one, with the kernel's word.
  [[nodiscard]] EntryTime now() const;
  void take(const ClockReading& reading);

 private:
  const Clock& clock_;
  Uuid boot_id_;
  // State and error as one value: what is read belongs together.
  std::atomic<std::uint64_t> reading_{0};
  std::atomic<std::int64_t> read_at_ns_{kNever};  // Boot time.
  static constexpr std::int64_t kNever = -1;
};

}  // namespace candor::storage
