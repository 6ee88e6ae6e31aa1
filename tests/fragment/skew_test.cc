// SPDX-License-Identifier: Apache-2.0
// Sound and picture of a camera over a night, by clocks that are wrong as the worst crystals are.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utility>

#include <gtest/gtest.h>

#include "media/fragment/fragmenter.h"
#include "tests/support/stream_text.h"

namespace candor::media {
namespace {

constexpr std::int64_t kNightNs = std::int64_t{12} * 3'600'000'000'000;
constexpr std::int64_t kSkewNsMax = 80'000'000;
constexpr std::int64_t kDelayNsMax = 30'000'000;
// Makes delays that look drawn by lot, the first a long one.
constexpr std::int64_t kPrimeNs = 27'999'991;

struct Range {
  std::int64_t least_ns = 0;
  std::int64_t most_ns = 0;
};

// A stream whose clock runs `ppm` fast and whose samples are delayed by up to 30 ms on their way:
// how far from the instants they were taken at they stand, over twelve hours.
Range errors(const MediaFormatPtr& format, std::int64_t sample_ticks, std::int64_t ppm) {
  Fragmenter fragmenter(RunClock(UtcTime{0}, BootTime{0}), *format, {});
  Range range;
  std::int64_t source_ticks = 0;
  for (std::int64_t n = 0;; ++n, source_ticks += sample_ticks) {
    const std::int64_t source_ns = ticks_to_ns(source_ticks, format->timescale);
    const std::int64_t taken_ns = source_ns - source_ns / (1'000'000 + ppm) * ppm;
    if (taken_ns > kNightNs) {
      return range;
    }
    Sample sample;
    sample.format = format;
    sample.data = {1};
    sample.source_ticks = source_ticks;
    sample.arrival = {taken_ns + (n + 1) * kPrimeNs % kDelayNsMax};
    sample.sync = format->kind == MediaKind::kAudio || n % 50 == 0;
    static_cast<void>(fragmenter.push(std::move(sample)));
    const std::int64_t begin_ticks = fragmenter.end() - sample_ticks;
    const std::int64_t error_ns = ticks_to_ns(begin_ticks, format->timescale) - taken_ns;
    range.least_ns = std::min(range.least_ns, error_ns);
    range.most_ns = std::max(range.most_ns, error_ns);
  }
}

TEST(SkewTest, SoundAndPictureStandTogetherAfterTwelveHoursOfTheWorstClocks) {
  for (const std::int64_t ppm : {500, -500}) {
    const Range picture = errors(test::h264_format(), 3600, ppm);
    const Range sound = errors(test::aac_format(), 1024, -ppm);
    const std::int64_t skew_ns =
        std::max(picture.most_ns - sound.least_ns, sound.most_ns - picture.least_ns);
    EXPECT_LE(skew_ns, kSkewNsMax) << ppm << " ppm";
  }
}

}  // namespace
}  // namespace candor::media
