// SPDX-License-Identifier: Apache-2.0
// Time: its text forms, and ticks that convert without drift.
#include "core/time.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace candor {
namespace {

constexpr UtcTime kTime = {1'795'507'200'123'456'789};  // 2026-11-24T08:00:00.123456789Z

TEST(TimeTest, WritesAndReadsRfc3339) {
  EXPECT_EQ(to_rfc3339(kTime), "2026-11-24T08:00:00.123456789Z");
  EXPECT_EQ(parse_rfc3339("2026-11-24T08:00:00.123456789Z").value(), kTime);
  EXPECT_EQ(to_rfc3339(UtcTime{0}), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(to_rfc3339(UtcTime{-1}), "1969-12-31T23:59:59.999999999Z");
}

TEST(TimeTest, ReadsAZoneAndAShortFraction) {
  EXPECT_EQ(parse_rfc3339("2026-11-24T16:00:00.123456789+08:00").value(), kTime);
  EXPECT_EQ(parse_rfc3339("2026-11-24T02:30:00.123456789-05:30").value(), kTime);
  EXPECT_EQ(parse_rfc3339("2026-11-24T08:00:00.5Z").value().ns, 1'795'507'200'500'000'000);
  EXPECT_EQ(parse_rfc3339("2024-02-29T00:00:00Z").value().ns, 1'709'164'800'000'000'000);
}

TEST(TimeTest, RefusesWhatWouldBeAGuess) {
  for (const char* text :
       {"", "2026-11-24", "2026-11-24T08:00:00", "2026-11-24 08:00:00Z", "2026-13-01T00:00:00Z",
        "2026-11-24T24:00:00Z", "2026-11-24T08:60:00Z", "2026-11-24T08:00:00+8:00",
        "2026-11-24T08:00:00Zx", "1969-12-31T23:59:59Z", "2262-01-01T00:00:00Z",
        "2026-02-30T00:00:00Z", "2026-04-31T00:00:00Z", "2025-02-29T00:00:00Z"}) {
    const auto time = parse_rfc3339(text);
    ASSERT_FALSE(time.has_value()) << text << " was read as " << to_rfc3339(*time);
    EXPECT_EQ(time.error().kind(), ErrorKind::kInvalidArgument);
  }
}

TEST(TimeTest, NamesFoldersAndFilesInUtc) {
  EXPECT_EQ(utc_day(kTime), "2026-11-24");
  EXPECT_EQ(utc_file_stamp(kTime), "20261124T080000.123Z");
}

TEST(TimeTest, DifferencesAreDurations) {
  EXPECT_EQ(kTime + std::chrono::seconds(2) - kTime, std::chrono::seconds(2));
  EXPECT_EQ(BootTime{5} + Nanoseconds(3) - BootTime{1}, Nanoseconds(7));
}

TEST(TicksTest, OfTheYear2026DoNotOverflow) {
  EXPECT_EQ(ns_to_ticks(kTime.ns, 90'000), 161'595'648'011'111);
  EXPECT_EQ(ns_to_ticks(kTime.ns, 1'000'000'000), kTime.ns);
  EXPECT_EQ(ticks_to_ns(161'595'648'011'111, 90'000), 1'795'507'200'123'455'555);
}

TEST(TicksTest, ComeBackTheSameFromNanoseconds) {
  for (const std::uint32_t timescale : {8'000U, 44'100U, 48'000U, 90'000U}) {
    const std::int64_t first = ns_to_ticks(kTime.ns, timescale);
    for (std::int64_t ticks = first; ticks < first + 100; ++ticks) {
      // A tick is longer than a nanosecond, and both conversions round down.
      EXPECT_EQ(ns_to_ticks(ticks_to_ns(ticks, timescale) + 1, timescale), ticks)
          << ticks << " at " << timescale;
    }
  }
}

TEST(TicksTest, RoundDownBelowZeroToo) {
  EXPECT_EQ(ns_to_ticks(-1, 90'000), -1);
  EXPECT_EQ(ticks_to_ns(-1, 3), -333'333'334);
}

TEST(SystemClockTest, NeverRunsBackwardsSinceBoot) {
  const SystemClock clock;
  const BootTime first = clock.boot();
  const BootTime second = clock.boot();

  EXPECT_LE(first, second);
  EXPECT_GT(clock.utc().ns, 1'700'000'000'000'000'000) << "the clock of this machine is set";
}

}  // namespace
}  // namespace candor
