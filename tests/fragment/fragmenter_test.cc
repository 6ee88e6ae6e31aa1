// SPDX-License-Identifier: Apache-2.0
// What the fragmenter makes of a stream: chunks, units and holes, as strings.
#include "media/fragment/fragmenter.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/stream_text.h"

namespace candor::media {
namespace {

using test::kFrameNs;
using test::kFrameTicks;
using test::video_samples;

const RunClock kEpochClock{UtcTime{0}, BootTime{0}};

// One letter a chunk ('K' key frame, 'p' other), '|' before a unit's first, "[n]" a hole of n
// frames before it.
std::string verdict(const std::vector<Sample>& samples) {
  Fragmenter fragmenter(kEpochClock, *samples.front().format, {});
  std::string text;
  std::int64_t end = 0;
  for (const Sample& sample : samples) {
    const ChunkPtr chunk = fragmenter.push(sample);
    if (chunk == nullptr) {
      text += "-";
      continue;
    }
    if (end != 0 && chunk->decode_time != end) {
      text += "[" + std::to_string((chunk->decode_time - end) / kFrameTicks) + "]";
    }
    text += chunk->starts_unit ? "|" : "";
    text += chunk->sync ? "K" : "p";
    end = chunk->decode_time + chunk->duration;
  }
  return text;
}

TEST(FragmenterTest, BeginsAtTheFirstKeyFrame) {
  EXPECT_EQ(verdict(video_samples("PP IPP")), "--|Kpp");
}

TEST(FragmenterTest, StartsAUnitAtEachKeyFrame) {
  EXPECT_EQ(verdict(video_samples("IPPP IPP IP")), "|Kppp|Kpp|Kp");
}

TEST(FragmenterTest, StartsAUnitAfterOneSecondOfALongGop) {
  const std::string gop = "I" + std::string(59, 'P');
  const std::string text = verdict(video_samples(gop));
  EXPECT_EQ(text,
            "|K" + std::string(24, 'p') + "|" + std::string(25, 'p') + "|" + std::string(10, 'p'));
}

TEST(FragmenterTest, DeclaresAHoleOfMoreThanTwoHundredMilliseconds) {
  EXPECT_EQ(verdict(video_samples("IPPP ...... IPP")), "|Kppp[6]|Kpp");
}

TEST(FragmenterTest, DeclaresALostFrameHoweverShort) {
  EXPECT_EQ(verdict(video_samples("IPPPxPP IPP")), "|Kppp[1]|pp|Kpp");
}

TEST(FragmenterTest, StretchesOverALateFrameWithoutAHole) {
  EXPECT_EQ(verdict(video_samples("IPPP . PPP")),
            "|Kppppp"
            "p");
}

TEST(FragmenterTest, NeverGoesBackWhenTheSourceSetsItsClockBack) {
  std::vector<Sample> samples = video_samples("IPPP IPPP");
  for (std::size_t i = 4; i < samples.size(); ++i) {
    samples[i].source_ticks -= 1'000'000'000;
    samples[i].discontinuity = i == 4;
  }
  EXPECT_EQ(verdict(samples), "|Kppp|Kppp");
}

// Seen: a camera that stopped stamping for five seconds; four of them were recorded in one instant.
TEST(FragmenterTest, KeepsTimeWhileASourceStopsStamping) {
  std::vector<Sample> samples = video_samples("I" + std::string(300, 'P'));
  for (std::size_t i = 50; i < 175; ++i) {
    samples[i].source_ticks = samples[49].source_ticks + static_cast<std::int64_t>(i) - 49;
  }
  Fragmenter fragmenter(kEpochClock, *samples.front().format, {});
  for (const Sample& sample : samples) {
    const ChunkPtr chunk = fragmenter.push(sample);
    EXPECT_NEAR(ticks_to_ns(chunk->decode_time, 90000) / 1e6, sample.arrival.ns / 1e6, 200);
    EXPECT_TRUE(!chunk->discontinuity || sample.sync) << "no hole at " << sample.arrival.ns;
  }
}

TEST(FragmenterTest, KeepsTimeWithAJitteringSourceClock) {
  std::vector<Sample> samples = video_samples("I" + std::string(500, 'P'));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i].source_ticks += static_cast<std::int64_t>(i * 7919 % 400) - 200;
  }
  Fragmenter fragmenter(kEpochClock, *samples.front().format, {});
  for (const Sample& sample : samples) {
    const ChunkPtr chunk = fragmenter.push(sample);
    ASSERT_NE(chunk, nullptr);
    EXPECT_NEAR(static_cast<double>(chunk->decode_time), static_cast<double>(sample.source_ticks),
                900.0);
  }
}

// Sound of 48 kHz that was announced with 8 kHz: each frame was six times as long as it lasted.
TEST(FragmenterTest, DoesNotRunAheadWithSoundWhoseRateIsAnnouncedTooLow) {
  auto format = std::make_shared<MediaFormat>(*test::aac_format());
  format->timescale = 8000;
  Fragmenter fragmenter(kEpochClock, *format, {});
  for (std::int64_t i = 0; i < 10'000; ++i) {
    Sample sample;
    sample.format = format;
    sample.data = {1, 2, 3};
    sample.arrival = {i * 21'333'333};
    sample.source_ticks = ns_to_ticks(sample.arrival.ns, 8000);
    sample.sync = true;
    (void)fragmenter.push(std::move(sample));
    EXPECT_LE(ticks_to_ns(fragmenter.end(), 8000), i * 21'333'333 + 1'300'000'000);
  }
}

TEST(FragmenterTest, PairsSoundAndGivesTheOddFrameOnFlush) {
  const MediaFormatPtr format = test::aac_format();
  Fragmenter fragmenter(kEpochClock, *format, {});
  std::vector<std::size_t> sizes;
  for (int i = 0; i < 5; ++i) {
    Sample sample;
    sample.format = format;
    sample.data = {1, 2, 3};
    sample.source_ticks = i * 1024;
    sample.arrival = {i * 21'333'333};
    sample.sync = true;
    if (const ChunkPtr chunk = fragmenter.push(std::move(sample)); chunk != nullptr) {
      sizes.push_back(chunk->sample_sizes.size());
    }
  }
  const ChunkPtr last = fragmenter.flush();
  ASSERT_NE(last, nullptr);
  EXPECT_THAT(sizes, testing::ElementsAre(2, 2));
  EXPECT_EQ(last->sample_sizes.size(), 1U);
  EXPECT_EQ(last->decode_time, 4 * 1024);
}

TEST(FragmenterTest, SoundIsAsLongAsItsSampleSays) {
  auto format = std::make_shared<MediaFormat>(*test::aac_format());
  format->codec = Codec::kAlaw;
  format->timescale = 8000;
  Fragmenter fragmenter(kEpochClock, *format, {.audio_samples_per_chunk = 1});
  std::string durations;
  std::int64_t ticks = 0;
  for (const std::uint32_t duration : {160U, 160U, 240U, 160U}) {
    Sample sample;
    sample.format = format;
    sample.data.assign(duration, 0x55);
    sample.source_ticks = ticks;
    sample.duration = duration;
    sample.arrival = {ticks_to_ns(ticks + duration, 8000)};
    sample.sync = true;
    durations += std::to_string(fragmenter.push(std::move(sample))->duration) + " ";
    ticks += duration;
  }
  EXPECT_EQ(durations, "160 160 240 160 ");
}

TEST(FragmenterTest, PutsFramesWithReorderingWhereTheyAreShown) {
  // "I2 P0 B1": shown at 2, 4, 3; each arrives two frames after it is shown.
  const MediaFormatPtr format = test::h264_format();
  Fragmenter fragmenter(kEpochClock, *format, {});
  std::string shown;
  std::int64_t decode = 0;
  for (const std::int64_t frame : {2, 4, 3, 6, 5}) {
    Sample sample;
    sample.format = format;
    sample.data = {1};
    sample.source_ticks = decode * kFrameTicks;
    sample.composition_offset = static_cast<std::int32_t>((frame - decode) * kFrameTicks);
    sample.arrival = {(frame + 2) * kFrameNs};
    sample.sync = decode == 0;
    const ChunkPtr chunk = fragmenter.push(std::move(sample));
    shown += std::to_string(chunk->decode_time / kFrameTicks + frame - decode) + " ";
    ++decode;
  }
  EXPECT_EQ(shown, "4 6 5 8 7 ");
}

TEST(FragmenterTest, NeverBeginsBeforeWhatIsRecordedAlready) {
  const std::vector<Sample> samples = video_samples("IPP");
  Fragmenter fragmenter(kEpochClock, *samples.front().format, {});
  fragmenter.not_before(50 * kFrameTicks);
  EXPECT_EQ(fragmenter.push(samples.front())->decode_time, 50 * kFrameTicks);
}

}  // namespace
}  // namespace candor::media
