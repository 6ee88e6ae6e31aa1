// SPDX-License-Identifier: Apache-2.0
#include "media/fragment/source_timeline.h"

#include <algorithm>
#include <cstdlib>

namespace candor::media {
namespace {

// Ten seconds hold at least some samples that met no queue on their way; two windows make the
// estimate steady.
constexpr std::int64_t kWindowNs = 10'000'000'000;
// Cameras' crystals stay within 100 ppm, cheap ones within 500. As much again makes up for a first
// sample that was late; no sample of sound is changed by it, only where it stands.
constexpr std::int64_t kCorrectionPpmMax = 1000;
// A queue on the way holds less, and a camera sends less at once when it is connected; a clock at
// the wrong rate passes it within minutes.
constexpr std::int64_t kAstrayNs = 10'000'000'000;
// More than B-frames go back.
constexpr std::int64_t kBackNsMax = 1'000'000'000;
// What comes earlier by more than the least delayed sample did would make a hole; a queue cannot.
constexpr std::int64_t kEarlyNsMax = 250'000'000;
// Below what the fragmenter calls a hole: setting such a clock anew makes none.
constexpr std::int64_t kStillNsMax = 150'000'000;
constexpr std::int64_t kMoveNsMin = 1'000'000;

}  // namespace

std::int64_t SourceTimeline::place(std::int64_t source_ticks, BootTime arrival) {
  const std::int64_t source_ns = ticks_to_ns(source_ticks, timescale_);
  const std::int64_t arrival_ns = run_clock_.utc_at(arrival).ns;
  if (!started_ || is_wrong(source_ns, arrival_ns)) {
    begin(source_ns, arrival_ns);
  } else {
    observe(arrival_ns - source_ns, source_ns);
    if (std::abs(offset_ns_ - (arrival_ns - source_ns)) > kAstrayNs) {
      begin(source_ns, arrival_ns);
    }
  }
  if (std::abs(source_ns - last_source_ns_) >= kMoveNsMin) {
    last_move_ns_ = arrival_ns;
  }
  last_source_ns_ = source_ns;
  last_arrival_ns_ = arrival_ns;
  return ns_to_ticks(source_ns + offset_ns_, timescale_);
}

void SourceTimeline::begin(std::int64_t source_ns, std::int64_t arrival_ns) {
  started_ = true;
  offset_ns_ = window_least_ns_ = previous_least_ns_ = arrival_ns - source_ns;
  window_start_ns_ = last_source_ns_ = source_ns;
  last_move_ns_ = arrival_ns;
}

// What no queue on the way can do to a clock that is right.
bool SourceTimeline::is_wrong(std::int64_t source_ns, std::int64_t arrival_ns) const {
  const std::int64_t step_ns = source_ns - last_source_ns_;
  const bool steps_back = step_ns < -kBackNsMax;
  const bool stands_still =
      std::abs(step_ns) < kMoveNsMin && arrival_ns - last_move_ns_ > kStillNsMax;
  // Ahead of the arrivals, and earlier here than the least delayed sample was.
  const std::int64_t least_ns = std::min(window_least_ns_, previous_least_ns_);
  const bool steps_ahead = step_ns - (arrival_ns - last_arrival_ns_) > kEarlyNsMax &&
                           arrival_ns - source_ns < least_ns - kEarlyNsMax;
  return steps_back || stands_still || steps_ahead;
}

void SourceTimeline::observe(std::int64_t offset_ns, std::int64_t source_ns) {
  window_least_ns_ = std::min(window_least_ns_, offset_ns);
  const std::int64_t elapsed_ns = std::max<std::int64_t>(0, source_ns - last_source_ns_);
  const std::int64_t step_ns_max = elapsed_ns * kCorrectionPpmMax / 1'000'000;
  const std::int64_t wanted_ns = std::min(window_least_ns_, previous_least_ns_) - offset_ns_;
  offset_ns_ += std::clamp(wanted_ns, -step_ns_max, step_ns_max);
  if (source_ns - window_start_ns_ >= kWindowNs) {
    previous_least_ns_ = window_least_ns_;
    window_least_ns_ = offset_ns;
    window_start_ns_ = source_ns;
  }
}

}  // namespace candor::media
