// SPDX-License-Identifier: Apache-2.0
#include "monitor/mirror/clock_lag.h"

#include <algorithm>

namespace candor::mirror {

std::optional<std::chrono::nanoseconds> ClockLag::offset() const {
  if (lags_.empty()) {
    return std::nullopt;
  }
  const std::chrono::nanoseconds least(*std::ranges::min_element(lags_));
  if (least < -kClockOffsetMax) {
    return -least;
  }
  // One late entry says nothing: it may have waited for a disk.
  if (lags_.size() == kKept && least > kClockOffsetMax + usual_) {
    return -least;
  }
  return std::nullopt;
}

}  // namespace candor::mirror
