// SPDX-License-Identifier: Apache-2.0
#include "capture/rtsp/reordered_start.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace candor::rtsp {
namespace {

// The second one decoded waits for none in a closed GOP; behind leading pictures it takes a few
// more.
constexpr std::size_t kHeldMax = 6;
// Of a slow camera, too: the live picture waits for it.
constexpr std::int64_t kHeldNsMax = 300'000'000;

std::int64_t shown_ns(const Sample& sample) {
  return ticks_to_ns(sample.source_ticks + sample.composition_offset, sample.format->timescale);
}

std::int64_t delay_ns(const Sample& sample) { return sample.arrival.ns - shown_ns(sample); }

}  // namespace

void ReorderedStart::push(Sample sample, bool is_reordered) {
  if (sample.discontinuity) {
    flush();
    is_started_ = false;
  }
  // What comes before the first key frame is not recorded and begins nothing.
  const bool begins = !is_started_ && (sample.sync || sample.discontinuity);
  is_started_ = is_started_ || begins;
  if (held_.empty() && !(begins && is_reordered)) {
    output_(std::move(sample));
    return;
  }
  held_.push_back(std::move(sample));
  const std::int64_t held_ns = held_.back().arrival.ns - held_.front().arrival.ns;
  if (held_.size() >= kHeldMax || held_ns >= kHeldNsMax) {
    flush();
  }
}

void ReorderedStart::flush() {
  if (held_.empty()) {
    return;
  }
  Sample& first = held_.front();
  const Sample& least = *std::ranges::min_element(held_, {}, delay_ns);
  first.arrival.ns = shown_ns(first) + delay_ns(least);
  for (Sample& sample : std::exchange(held_, {})) {
    output_(std::move(sample));
  }
}

}  // namespace candor::rtsp
