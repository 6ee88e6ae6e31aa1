// SPDX-License-Identifier: Apache-2.0
#include "storage/write/clock_jump.h"

#include <cstdlib>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace candor::storage {
namespace {

// Wall and boot clock may part by 50 ms and 200 ppm, else a CLOCK entry stands between.
constexpr std::int64_t kStepNs = 50'000'000;
constexpr std::int64_t kDriftPpm = 200;
// A heartbeat comes every 10 s; a second less than may pass in silence.
constexpr std::int64_t kPauseNs = 14'000'000'000;

}  // namespace

ClockJump jump_between(const evidence::EntryHeader& last, const EntryTime& now) {
  if (last.boot_id != now.boot_id) {
    return {};
  }
  const std::int64_t boot_ns = (now.boot - last.boot).count();
  const std::int64_t step_ns = (now.real - last.real).count() - boot_ns;
  const bool has_stepped = std::abs(step_ns) > kStepNs + boot_ns / 1'000'000 * kDriftPpm;
  return {.step_ns = has_stepped ? step_ns : 0, .pause_ns = boot_ns > kPauseNs ? boot_ns : 0};
}

Bytes clock_body(const ClockJump& jump, const EntryTime& now) {
  const boost::json::object body{{"step_ns", jump.step_ns},
                                 {"real_ns", now.real.ns},
                                 {"boot_ns", now.boot.ns},
                                 {"detail", "the wall clock was set"}};
  const std::string text = boost::json::serialize(body);
  return {text.begin(), text.end()};
}

std::string pause_text(const ClockJump& jump) {
  return fmt::format("nothing was written for {:.1f} s", static_cast<double>(jump.pause_ns) / 1e9);
}

}  // namespace candor::storage
