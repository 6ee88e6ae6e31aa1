// SPDX-License-Identifier: Apache-2.0
// The log's lines that a person must read: requests that no honest recorder makes, origins that
// are refused until somebody acts. Not more of them than somebody can read.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "evidence/checkpoint.h"
#include "evidence/proofs.h"

namespace candor::signer {

/// One thread.
class AlarmLines {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::uint64_t kEachMinute = 10;

  /// True when this one is to be written; `unsaid` then has the number of those that were not.
  [[nodiscard]] bool may_tell(Clock::time_point now, std::uint64_t& unsaid);

  // Both write at most ten lines a minute, together.

  /// Writes "signer.alarm" with what was asked and what was signed last.
  void tell(std::string_view kind, const evidence::Checkpoint& asked,
            const evidence::TreeHead& last);

  /// Writes "signer.origin-refused": it stays so until somebody acts, and is asked for again.
  void tell_fault(std::string_view origin, std::string_view reason);

 private:
  Clock::time_point minute_{};
  std::uint64_t told_ = 0;
  std::uint64_t unsaid_ = 0;
};

}  // namespace candor::signer
