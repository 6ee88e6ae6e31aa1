// SPDX-License-Identifier: Apache-2.0
// The one way data crosses from a streaming thread to a writer: limited in items and in bytes,
// never blocking the producer. What to do when it is full is the producer's decision
// (docs/ARCHITECTURE.md, "Flow").
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

#include "core/sync.h"

namespace candor {

/// Many producers, one consumer. Thread: any for try_push, the consumer's for drain.
template <typename T>
class BoundedQueue {
 public:
  struct Limits {
    std::size_t items;
    std::size_t bytes;
  };

  explicit BoundedQueue(Limits limits) : limits_(limits) {}

  /// Takes the item, or leaves it untouched and returns false when a limit would be passed or the
  /// queue is closed.
  [[nodiscard]] bool try_push(T&& item, std::size_t bytes) EXCLUDES(mutex_) {
    {
      const MutexLock lock(mutex_);
      if (closed_ || items_.size() >= limits_.items || bytes_ + bytes > limits_.bytes) {
        return false;
      }
      push_locked(std::move(item), bytes);
    }
    ready_.notify_one();
    return true;
  }

  /// Takes the item whatever the limits: for the few control items (a gap, a session's end) that
  /// must not be lost.
  void push_control(T&& item) EXCLUDES(mutex_) {
    {
      const MutexLock lock(mutex_);
      push_locked(std::move(item), 0);
    }
    ready_.notify_one();
  }

  /// All items waiting, in order; waits up to `limit` for the first. Empty after the limit or when
  /// closed and drained.
  [[nodiscard]] std::vector<T> drain(std::chrono::nanoseconds limit) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (items_.empty() && !closed_) {
      const auto left = deadline - std::chrono::steady_clock::now();
      if (left <= left.zero()) {
        break;
      }
      ready_.wait_for(mutex_, left);
    }
    bytes_ = 0;
    std::vector<T> taken(std::make_move_iterator(items_.begin()),
                         std::make_move_iterator(items_.end()));
    items_.clear();
    return taken;
  }

  /// Refuses further items; what waits can still be drained.
  void close() EXCLUDES(mutex_) {
    {
      const MutexLock lock(mutex_);
      closed_ = true;
    }
    ready_.notify_all();
  }

  [[nodiscard]] bool is_finished() const EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return closed_ && items_.empty();
  }

 private:
  void push_locked(T&& item, std::size_t bytes) REQUIRES(mutex_) {
    items_.push_back(std::move(item));
    bytes_ += bytes;
  }

  const Limits limits_;
  mutable Mutex mutex_;
  Condition ready_;
  std::deque<T> items_ GUARDED_BY(mutex_);
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace candor
