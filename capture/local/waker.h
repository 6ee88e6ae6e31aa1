// SPDX-License-Identifier: Apache-2.0
// What a source's thread sleeps on: woken by GStreamer's threads, by a stop, or by the time.
#pragma once

#include <algorithm>
#include <chrono>

#include "core/sync.h"

namespace candor::local {

/// A call of wake() is never lost: the next wait returns at once. Thread: any.
class Waker {
 public:
  void wake() EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    is_woken_ = true;
    condition_.notify_all();
  }

  /// May return early.
  void wait_until(std::chrono::steady_clock::time_point limit) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    if (!is_woken_) {
      const auto rest = limit - std::chrono::steady_clock::now();
      condition_.wait_for(mutex_, std::max(rest, std::chrono::steady_clock::duration::zero()));
    }
    is_woken_ = false;
  }

 private:
  Mutex mutex_;
  Condition condition_;
  bool is_woken_ GUARDED_BY(mutex_) = false;
};

}  // namespace candor::local
