// SPDX-License-Identifier: Apache-2.0
#include "capture/rtsp/sequence_facts.h"

#include <string>

#include <gmock/gmock.h>

#include "tests/capture/support/packets.h"

namespace candor::rtsp {
namespace {

std::string size_of(std::string_view hex) {
  const auto size = read_h264_sequence(from_hex(hex).value());
  return size.has_value() ? std::to_string(size->width) + "x" + std::to_string(size->height)
                          : "malformed";
}

// All of x264; 1920x1080 has 1088 coded lines, eight of them cropped.
TEST(H264SequenceTest, SaysTheSizeAsDisplayed) {
  EXPECT_EQ(size_of("67640028acd940780227e5c044000003000400000300c83c60c658"), "1920x1080");
  EXPECT_EQ(size_of("6742c028d900780227e5c044000003000400000300c83c60c920"), "1920x1080");
  EXPECT_EQ(size_of("6764000dacd94141fb011000000300100000030320f1429960"), "320x240");
}

TEST(H264SequenceTest, CountsFieldsOfInterlacedPicturesTwice) {
  EXPECT_EQ(size_of("67640028acd94078044fde0220000003004000000643e2c5b2c0"), "1920x1080");
}

TEST(H264SequenceTest, RefusesEveryBeginningThatLacksTheSize) {
  const std::string whole = "67640028acd940780227e5c0";
  for (std::size_t digits = 0; digits <= 16; digits += 2) {
    EXPECT_EQ(size_of(whole.substr(0, digits)), "malformed") << digits;
  }
}

TEST(H264SequenceTest, RefusesOtherUnitsAndAbsurdSizes) {
  EXPECT_EQ(size_of("68ebe3cb22c0"), "malformed");
  EXPECT_EQ(size_of("67640028ffffffffffffffff"), "malformed");
  EXPECT_EQ(size_of("6764002800000000000000000000000000000000"), "malformed");
}

TEST(H264SequenceTest, PutsBothSetsIntoOneRecord) {
  // ISO/IEC 14496-15, 5.3.3.1; a High profile adds chroma format and bit depths.
  EXPECT_EQ(to_hex(make_avcc(test::sps_1080(), test::pps_1080())),
            "01640028ffe1001b67640028acd940780227e5c044000003000400000300c83c60c658"
            "01000668ebe3cb22c0"
            "fdf8f800");
}

TEST(H264SequenceTest, SaysHowManyFramesAreReordered) {
  const auto reorder = [](std::string_view hex) {
    const auto facts = read_h264_sequence(from_hex(hex).value());
    return facts->reorder_frames.has_value() ? std::to_string(*facts->reorder_frames) : "unknown";
  };
  // x264: High with B-frames; Constrained Baseline; High cut off before it says.
  EXPECT_EQ(reorder("67640028acd940780227e5c044000003000400000300c83c60c658"), "2");
  EXPECT_EQ(reorder("6742c028d900780227e5c044000003000400000300c83c60c920"), "0");
  EXPECT_EQ(reorder("67640028acd940780227e5c0"), "unknown");
}

// What x265 wrote into a stream of 1920x1080 with B-frames, and the record that ffmpeg made of it.
constexpr std::string_view kVps = "40010c01ffff016000000300900000030000030078959409";
constexpr std::string_view kSps =
    "420101016000000300900000030000030078a003c08010e596565924caf0168080000003008000000c84";
constexpr std::string_view kPps = "4401c172b46240";

TEST(H265SequenceTest, SaysSizeAndReordering) {
  const auto facts = read_h265_sequence(from_hex(kSps).value());

  ASSERT_TRUE(facts.has_value());
  EXPECT_EQ(facts->width, 1920U);
  EXPECT_EQ(facts->height, 1080U);
  EXPECT_EQ(facts->reorder_frames, 2U);
}

TEST(H265SequenceTest, RefusesEveryBeginningThatLacksTheSize) {
  const Bytes whole = from_hex(kSps).value();
  for (std::size_t size = 0; size <= 24; ++size) {
    EXPECT_FALSE(read_h265_sequence(ByteView(whole).first(size)).has_value()) << size;
  }
}

TEST(H265SequenceTest, PutsTheSetsIntoTheRecordThatFfmpegWrites) {
  const Bytes record =
      make_hvcc(from_hex(kVps).value(), from_hex(kSps).value(), from_hex(kPps).value());

  // ffmpeg leaves array_completeness open (20, 21, 22), for hvc1 it is set.
  EXPECT_EQ(to_hex(record),
            "01016000000090000000000078f000fcfdf8f800000f03"
            "a00001"
            "0018" +
                std::string(kVps) +
                "a10001"
                "002a" +
                std::string(kSps) +
                "a20001"
                "0007" +
                std::string(kPps));
}

}  // namespace
}  // namespace candor::rtsp
