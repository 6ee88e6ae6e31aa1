// SPDX-License-Identifier: Apache-2.0
// One question to several volumes: the first that succeeds is the answer, so that a slow one is
// never waited for.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/result.h"
#include "core/sync.h"

namespace candor::storage {

/// Thread: answer from any, wait from one.
class Vote {
 public:
  explicit Vote(std::size_t voters) : outstanding_(voters) {}

  void answer(Result<void> result) EXCLUDES(mutex_) {
    {
      const MutexLock lock(mutex_);
      --outstanding_;
      has_succeeded_ = has_succeeded_ || result.has_value();
      if (!result.has_value() && !failure_.has_value()) {
        failure_ = std::move(result.error());
      }
    }
    answered_.notify_one();
  }

  /// Waits for the first success, or for the last failure. Errors: the first failure;
  /// kUnavailable when nobody was asked.
  [[nodiscard]] Result<void> wait() EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    while (!has_succeeded_ && outstanding_ > 0) {
      answered_.wait(mutex_);
    }
    if (has_succeeded_) {
      return {};
    }
    return failure_.has_value() ? fail(*failure_)
                                : fail(ErrorKind::kUnavailable, "no volume can be written to");
  }

 private:
  Mutex mutex_;
  Condition answered_;
  std::size_t outstanding_ GUARDED_BY(mutex_);
  bool has_succeeded_ GUARDED_BY(mutex_) = false;
  std::optional<Error> failure_ GUARDED_BY(mutex_);
};

using VotePtr = std::shared_ptr<Vote>;

}  // namespace candor::storage
