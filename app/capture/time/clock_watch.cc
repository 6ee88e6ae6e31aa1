// SPDX-License-Identifier: Apache-2.0
#include "app/capture/time/clock_watch.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "app/capture/time/chrony.h"
#include "app/capture/time/program_run.h"
#include "core/log.h"

namespace candor::app {
namespace {

// One line for each change, not for each look.
void log_change(const storage::ClockReading& reading) {
  const auto state = static_cast<int>(reading.state);
  if (reading.state == evidence::ClockState::kUnknown ||
      reading.state == evidence::ClockState::kFreeRunning) {
    log::warn("clock.state", {{"state", state}, {"why", reading.detail}});
  } else {
    log::info("clock.state", {{"state", state},
                              {"source", reading.source},
                              {"error_us", reading.error_us},
                              {"detail", reading.detail}});
  }
}

}  // namespace

storage::ClockReading ask_chrony(const ClockWatchOptions& options, const std::stop_token& stop) {
  const auto ask = [&](const char* command) {
    return run_program(
        {.program = options.chronyc, .arguments = {"-c", "-n", command}, .limit = options.limit},
        stop);
  };
  ChronyAnswers answers{.tracking = ask("tracking"),
                        .sources = fail(ErrorKind::kCancelled, "not asked"),
                        .authdata = fail(ErrorKind::kCancelled, "not asked")};
  if (answers.tracking.has_value()) {
    answers.sources = ask("sources");
    answers.authdata = ask("authdata");
  }
  return read_clock(answers);
}

ClockWatch::ClockWatch(ClockWatchOptions options, OnReading on_reading)
    : options_(std::move(options)),
      on_reading_(std::move(on_reading)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

ClockWatch::~ClockWatch() { stop(); }

void ClockWatch::stop() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
}

void ClockWatch::run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any waiting;
  storage::ClockReading last;
  while (!stop.stop_requested()) {
    const storage::ClockReading reading = ask_chrony(options_, stop);
    if (stop.stop_requested()) {
      return;
    }
    if (reading.state != last.state || reading.source != last.source ||
        reading.detail != last.detail) {
      log_change(reading);
    }
    last = reading;
    on_reading_(reading);
    std::unique_lock lock(mutex);
    waiting.wait_for(lock, stop, options_.interval, [&stop] { return stop.stop_requested(); });
  }
}

}  // namespace candor::app
