// SPDX-License-Identifier: Apache-2.0
#include "app/capture/space/smoothed_rate.h"

#include <algorithm>
#include <cmath>

namespace candor::app {
namespace {

constexpr double kMeasuredFromSeconds = 10;

}  // namespace

void SmoothedRate::add(double bytes, double seconds) {
  measured_s_ += seconds;
  const double weight = std::max(1 - std::exp(-seconds / window_s_), seconds / measured_s_);
  rate_ += weight * (bytes / seconds - rate_);
}

std::optional<double> SmoothedRate::bytes_per_s() const {
  return measured_s_ < kMeasuredFromSeconds ? std::nullopt : std::optional(rate_);
}

}  // namespace candor::app
