// SPDX-License-Identifier: Apache-2.0
// A recorder's wall clock against the monitor's, from entries that come later than they were
// written: the least late of the last ones counts.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "core/time.h"

namespace candor::mirror {

inline constexpr std::chrono::seconds kClockOffsetMax{2};

/// One thread.
class ClockLag {
 public:
  /// An entry may be late by so long without any fault: a round of the recorder and one of the
  /// mirror.
  explicit ClockLag(std::chrono::nanoseconds usual) : usual_(usual) {}

  /// The newest entry, as it came.
  void add(UtcTime written, UtcTime now) {
    lags_.push_back((now - written).count());
    if (lags_.size() > kKept) {
      lags_.pop_front();
    }
  }

  /// How far the recorder's clock is ahead (or behind, negative), if that is more than it may be.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> offset() const;

 private:
  static constexpr std::size_t kKept = 30;

  std::chrono::nanoseconds usual_;
  std::deque<std::int64_t> lags_;
};

}  // namespace candor::mirror
