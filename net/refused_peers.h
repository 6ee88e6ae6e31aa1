// SPDX-License-Identifier: Apache-2.0
// The log of peers that were not let in: with their reason, and not more of them than somebody can
// read.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace candor::net {

/// One thread.
class RefusedPeers {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::uint64_t kEachMinute = 10;

  /// True when this one is to be written; `unsaid` then has the number of those that were not.
  [[nodiscard]] bool may_tell(Clock::time_point now, std::uint64_t& unsaid);

  /// Writes "link.peer-refused", at most ten a minute.
  void tell(std::string_view address, std::string_view reason);

 private:
  Clock::time_point minute_{};
  std::uint64_t told_ = 0;
  std::uint64_t unsaid_ = 0;
};

}  // namespace candor::net
