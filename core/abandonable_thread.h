// SPDX-License-Identifier: Apache-2.0
// A thread that a disk or a device may keep: it can be left behind, so that a program still ends.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <thread>

namespace candor {

/// What it runs must own all that it touches: it may go on after its owner is gone. Made, asked to
/// end and destroyed by one thread at a time.
class AbandonableThread {
 public:
  AbandonableThread() = default;  // Runs nothing.
  explicit AbandonableThread(std::function<void()> run);
  /// Leaves it behind, unless end_within() was called.
  ~AbandonableThread();
  AbandonableThread(AbandonableThread&&) = default;
  AbandonableThread& operator=(AbandonableThread&&) = default;
  AbandonableThread(const AbandonableThread&) = delete;
  AbandonableThread& operator=(const AbandonableThread&) = delete;

  /// Waits until it has ended. False: it did not in that time, and is left behind. Asking it to end
  /// is the caller's. Once it has ended or was left, true at once.
  [[nodiscard]] bool end_within(std::chrono::milliseconds patience);

 private:
  std::future<void> ended_;
  std::thread thread_;
};

}  // namespace candor
