// SPDX-License-Identifier: Apache-2.0
// Runs the site's own program for alarms ([monitor] alarm_hook): it may ring, send or print. What
// an alarm is: alarm.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include "core/result.h"
#include "monitor/alarms/alarm.h"

namespace candor::alarms {

struct HookOptions {
  std::string program{};                      // Empty: there is none, nothing is run.
  std::string monitor{};                      // Its name, for the program.
  std::chrono::milliseconds run_max{10'000};  // Then it is killed, with what it started.
  std::chrono::milliseconds gap{1000};        // From one start to the next, at least.
  std::size_t waiting_max = 1000;             // More are counted and logged, not run.
};

/// On the net thread; the program runs beside it, one at a time, and is waited for on the pool. The
/// pool has a thread to spare and is joined before this ends.
class AlarmHook {
 public:
  AlarmHook(boost::asio::thread_pool& blocking, HookOptions options);
  ~AlarmHook();
  AlarmHook(const AlarmHook&) = delete;
  AlarmHook& operator=(const AlarmHook&) = delete;
  AlarmHook(AlarmHook&&) = delete;
  AlarmHook& operator=(AlarmHook&&) = delete;

  /// Puts `{"event":"begun"|"ended","monitor", ...the alarm}` in the queue; never waits.
  void tell(const Alarm& alarm, bool has_ended);

  /// Runs the program for each of the queue until the io_context stops.
  [[nodiscard]] boost::asio::awaitable<void> run();

  /// Ends a program that runs now, so that the pool can be joined; none is started after it.
  void stop();

 private:
  class StopSign;

  const HookOptions options_;
  boost::asio::thread_pool& blocking_;
  // Of run()'s frame, which goes with the io_context; null while it does not run.
  boost::asio::steady_timer* wake_ = nullptr;
  std::shared_ptr<StopSign> sign_;
  bool is_stopped_ = false;
  std::deque<std::string> waiting_;
  std::uint64_t lost_ = 0;
};

}  // namespace candor::alarms
