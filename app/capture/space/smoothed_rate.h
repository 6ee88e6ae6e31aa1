// SPDX-License-Identifier: Apache-2.0
// A rate over the last minutes: what is old counts less and less.
#pragma once

#include <chrono>
#include <optional>

namespace candor::app {

/// Not thread-safe.
class SmoothedRate {
 public:
  explicit SmoothedRate(std::chrono::seconds window)
      : window_s_(std::chrono::duration<double>(window).count()) {}

  /// `bytes` came within the last `seconds`, above 0. Until the window is full once, the mean
  /// counts.
  void add(double bytes, double seconds);

  /// None before it was measured for ten seconds: a first key frame is no rate.
  [[nodiscard]] std::optional<double> bytes_per_s() const;

 private:
  double window_s_;
  double measured_s_ = 0;
  double rate_ = 0;
};

}  // namespace candor::app
