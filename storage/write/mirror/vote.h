// SPDX-License-Identifier: Apache-2.0
// One question to several volumes: the first that succeeds is the answer, so that a slow one is
// never waited for while another works, nor for ever when none does.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/result.h"
#include "core/sync.h"

namespace candor::storage {

/// Thread: answer from any, wait from one.
class Vote {
 public:
  /// Whether a voter will not answer any more; asked while it is waited for, without a lock.
  using IsGone = std::function<bool(std::size_t voter)>;

  explicit Vote(std::size_t voters, IsGone is_gone = {}) : is_gone_(std::move(is_gone)) {
    for (std::size_t voter = 0; voter < voters; ++voter) {
      outstanding_.push_back(voter);
    }
  }

  void answer(std::size_t voter, Result<void> result) EXCLUDES(mutex_) {
    {
      const MutexLock lock(mutex_);
      std::erase(outstanding_, voter);
      has_succeeded_ = has_succeeded_ || result.has_value();
      if (!result.has_value() && !failure_.has_value()) {
        failure_ = std::move(result.error());
      }
    }
    answered_.notify_one();
  }

  /// What wait() would return is known.
  [[nodiscard]] bool is_decided() const EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return has_succeeded_ || outstanding_.empty();
  }

  /// Waits for the first success, for the last failure, or until all that have not answered are
  /// gone. Errors: the first failure; kUnavailable when nobody was asked, or nobody answers.
  [[nodiscard]] Result<void> wait() EXCLUDES(mutex_) {
    std::vector<std::size_t> outstanding = wait_a_while();
    while (!outstanding.empty() && !are_gone(outstanding)) {
      outstanding = wait_a_while();
    }
    const MutexLock lock(mutex_);
    if (has_succeeded_) {
      return {};
    }
    return failure_.has_value() ? fail(*failure_)
                                : fail(ErrorKind::kUnavailable, "no volume can be written to");
  }

 private:
  static constexpr auto kLook = std::chrono::milliseconds(100);

  // Who is still waited for; nobody when it is decided.
  [[nodiscard]] std::vector<std::size_t> wait_a_while() EXCLUDES(mutex_) {
    const auto until = std::chrono::steady_clock::now() + kLook;
    const MutexLock lock(mutex_);
    while (!has_succeeded_ && !outstanding_.empty() && std::chrono::steady_clock::now() < until) {
      answered_.wait_for(mutex_, kLook);
    }
    return has_succeeded_ ? std::vector<std::size_t>() : outstanding_;
  }

  [[nodiscard]] bool are_gone(const std::vector<std::size_t>& voters) const {
    return is_gone_ && std::ranges::all_of(voters, is_gone_);
  }

  const IsGone is_gone_;
  mutable Mutex mutex_;
  Condition answered_;
  std::vector<std::size_t> outstanding_ GUARDED_BY(mutex_);
  bool has_succeeded_ GUARDED_BY(mutex_) = false;
  std::optional<Error> failure_ GUARDED_BY(mutex_);
};

using VotePtr = std::shared_ptr<Vote>;

}  // namespace candor::storage
