// SPDX-License-Identifier: Apache-2.0
#include "media/fragment/source_timeline.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>

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

TEST(SourceTimelineTest, StaysWithinOneFrameOfArrivalOverTwelveHoursAtFiveHundredPpm) {
  for (const std::int64_t ppm : {-500, -100, 0, 100, 500}) {
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

// Frames arrive every 40 ms; `shown` says what the source's clock shows for each, in ms. Returns
// the worst difference from the arrivals in ms.
std::int64_t worst_error_ms(const std::function<std::int64_t(std::int64_t)>& shown) {
  SourceTimeline timeline(RunClock(UtcTime{0}, BootTime{0}), 90000);
  std::int64_t worst = 0;
  for (std::int64_t ms = 0; ms < 60'000; ms += 40) {
    const std::int64_t ticks = timeline.place(shown(ms) * 90, {ms * 1'000'000});
    worst = std::max(worst, std::abs(ticks / 90 - ms));
  }
  return worst;
}

// Seen: a camera that stopped stamping for five seconds had four of them in an instant, then a gap.
TEST(SourceTimelineTest, AClockThatStandsStillIsNotBelieved) {
  EXPECT_LE(worst_error_ms([](std::int64_t ms) { return ms < 20'000 ? ms : 20'000; }), 200);
}

// Seen: a camera whose clock was set ten seconds ahead was recorded five seconds in the future.
TEST(SourceTimelineTest, AClockThatStepsIsSetAnew) {
  for (const std::int64_t step_ms : {-9'000, -2'000, 2'000, 9'000, 3'600'000}) {
    const auto shown = [&](std::int64_t ms) { return ms < 20'000 ? ms : ms + step_ms; };
    EXPECT_LE(worst_error_ms(shown), 40) << step_ms;
  }
}

TEST(SourceTimelineTest, AClockOfWholeSecondsIsNotBelieved) {
  EXPECT_LE(worst_error_ms([](std::int64_t ms) { return ms / 1000 * 1000; }), 200);
}

// A camera that sends its last key frame first and goes on with the present.
TEST(SourceTimelineTest, AnOldFirstFrameDoesNotPutTheOthersIntoTheFuture) {
  EXPECT_LE(worst_error_ms([](std::int64_t ms) { return ms == 0 ? -2'000 : ms; }), 40);
}

TEST(SourceTimelineTest, WhatACameraDropsWhileAQueueStandsIsNoStep) {
  // Nothing gets through for two seconds; then come five old frames and at once the present ones.
  SourceTimeline timeline(RunClock(UtcTime{0}, BootTime{0}), 90000);
  for (std::int64_t ms = 0; ms < 20'000; ms += 40) {
    const bool is_dropped = ms >= 10'200 && ms < 11'500;
    const std::int64_t arrival_ms = ms >= 10'000 && ms < 12'000 ? 12'000 : ms;
    if (!is_dropped) {
      const std::int64_t ticks = timeline.place(ms * 90, {arrival_ms * 1'000'000});
      EXPECT_NEAR(static_cast<double>(ticks) / 90, static_cast<double>(ms), 10);
    }
  }
}

TEST(SourceTimelineTest, AQueueOnTheWayIsNoStep) {
  // Nothing comes for three seconds, then all of it at once: the source's clock was right.
  SourceTimeline timeline(RunClock(UtcTime{0}, BootTime{0}), 90000);
  for (std::int64_t ms = 0; ms < 20'000; ms += 40) {
    const std::int64_t arrival_ms = ms >= 10'000 && ms < 13'000 ? 13'000 : ms;
    const std::int64_t ticks = timeline.place(ms * 90, {arrival_ms * 1'000'000});
    EXPECT_NEAR(static_cast<double>(ticks) / 90, static_cast<double>(ms), 10);
  }
}

TEST(SourceTimelineTest, AStillCameraIsNoStep) {
  // No picture for three seconds, by its own word too.
  SourceTimeline timeline(RunClock(UtcTime{0}, BootTime{0}), 90000);
  for (const std::int64_t ms : {0, 40, 3'040, 3'080}) {
    EXPECT_EQ(timeline.place(ms * 90, {ms * 1'000'000}), ms * 90);
  }
}

}  // namespace
}  // namespace candor::media
