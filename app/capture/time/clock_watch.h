// SPDX-License-Identifier: Apache-2.0
// Asks chrony every ten seconds what the wall clock is worth. What follows from it is who is
// told's.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>

#include "storage/write/entry_clock.h"

namespace candor::app {

struct ClockWatchOptions {
  std::string chronyc;  // Its absolute path; a program that is missing makes the state unknown.
  std::chrono::milliseconds interval{10'000};
  std::chrono::milliseconds limit{2'000};  // Of each of three questions.
};

/// Thread: one of its own, which waits for a process; the recorder never does.
class ClockWatch {
 public:
  /// Called on its thread, at once and then in each interval; must not block.
  using OnReading = std::function<void(const storage::ClockReading&)>;

  ClockWatch(ClockWatchOptions options, OnReading on_reading);
  ~ClockWatch();
  ClockWatch(const ClockWatch&) = delete;
  ClockWatch& operator=(const ClockWatch&) = delete;
  ClockWatch(ClockWatch&&) = delete;
  ClockWatch& operator=(ClockWatch&&) = delete;

  /// Within 100 ms, also while chronyc does not answer. Idempotent.
  void stop();

 private:
  void run(const std::stop_token& stop);

  const ClockWatchOptions options_;
  const OnReading on_reading_;
  std::jthread thread_;
};

/// One look: three questions to chronyc. Thread: any; blocks.
[[nodiscard]] storage::ClockReading ask_chrony(const ClockWatchOptions& options,
                                               const std::stop_token& stop);

}  // namespace candor::app
