// SPDX-License-Identifier: Apache-2.0
#include "media/fragment/source_timeline.h"

#include <cstdlib>

#include <gtest/gtest.h>

namespace candor::media {
namespace {

constexpr std::int64_t kHourNs = 3'600'000'000'000;
constexpr std::int64_t kFrameNs = 40'000'000;

// The camera's clock runs `ppm` fast; every frame is delayed by up to 30 ms on its way.
std::int64_t worst_error_ns(std::int64_t ppm, std::int64_t duration_ns) {
  SourceTimeline timeline(RunClock(UtcTime{0}, BootTime{0}), 90000);
  std::int64_t worst = 0;
  for (std::int64_t at = 0; at < duration_ns; at += kFrameNs) {
    const std::int64_t source_ns = at + at / 1'000'000 * ppm;
    const std::int64_t delay_ns = at / kFrameNs * 7919 % 30'000'000;
    const std::int64_t ticks = timeline.place(ns_to_ticks(source_ns, 90000), {at + delay_ns});
    worst = std::max(worst, std::abs(ticks_to_ns(ticks, 90000) - at));
  }
  return worst;
}

TEST(SourceTimelineTest, StaysWithinOneFrameOfArrivalOverTwelveHoursAtFourHundredPpm) {
  for (const std::int64_t ppm : {-400, -100, 0, 100, 400}) {
    EXPECT_LT(worst_error_ns(ppm, 12 * kHourNs), kFrameNs) << ppm << " ppm";
  }
}

// A camera whose clock ran twice as fast: after an hour its times lay an hour in the future.
TEST(SourceTimelineTest, StaysWithinTenSecondsOfTheArrivalsHoweverWrongTheSourcesClockIs) {
  for (const std::int64_t ppm : {-900'000, -500'000, 1'000'000, 20'000'000}) {
    EXPECT_LE(worst_error_ns(ppm, kHourNs), 10'100'000'000) << ppm << " ppm";
  }
}

TEST(SourceTimelineTest, PlacesTheFirstSampleAtItsArrival) {
  SourceTimeline timeline(RunClock(UtcTime{1'000'000'000}, BootTime{0}), 90000);
  EXPECT_EQ(timeline.place(123456, BootTime{500'000'000}), 135000);
}

}  // namespace
}  // namespace candor::media
