// SPDX-License-Identifier: Apache-2.0
// A limit on bytes in a second, shared by all who take from it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace candor::net {

/// One thread.
class TokenBucket {
 public:
  using Clock = std::chrono::steady_clock;

  /// `burst`: what may go at once after a pause, as time at full rate.
  TokenBucket(std::uint64_t bytes_per_second, std::chrono::nanoseconds burst)
      : bytes_per_second_(bytes_per_second), burst_(burst) {}

  /// Takes the bytes and tells how long to wait before they are sent.
  [[nodiscard]] std::chrono::nanoseconds take(std::uint64_t bytes, Clock::time_point now) {
    paid_until_ = std::max(paid_until_, now - burst_);
    paid_until_ +=
        std::chrono::nanoseconds(bytes * std::uint64_t{1'000'000'000} / bytes_per_second_);
    return std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(paid_until_ - now));
  }

 private:
  std::uint64_t bytes_per_second_;
  std::chrono::nanoseconds burst_;
  Clock::time_point paid_until_{};
};

}  // namespace candor::net
