// SPDX-License-Identifier: Apache-2.0
#include "capture/rtsp/sps.h"

#include <string>

#include <gmock/gmock.h>

#include "tests/capture/support/packets.h"

namespace candor::rtsp {
namespace {

std::string size_of(std::string_view hex) {
  const auto size = picture_size(from_hex(hex).value());
  return size.has_value() ? std::to_string(size->width) + "x" + std::to_string(size->height)
                          : "malformed";
}

// All of x264; 1920x1080 has 1088 coded lines, eight of them cropped.
TEST(SpsTest, SaysTheSizeAsDisplayed) {
  EXPECT_EQ(size_of("67640028acd940780227e5c044000003000400000300c83c60c658"), "1920x1080");
  EXPECT_EQ(size_of("6742c028d900780227e5c044000003000400000300c83c60c920"), "1920x1080");
  EXPECT_EQ(size_of("6764000dacd94141fb011000000300100000030320f1429960"), "320x240");
}

TEST(SpsTest, CountsFieldsOfInterlacedPicturesTwice) {
  EXPECT_EQ(size_of("67640028acd94078044fde0220000003004000000643e2c5b2c0"), "1920x1080");
}

TEST(SpsTest, RefusesEveryBeginningThatLacksTheSize) {
  const std::string whole = "67640028acd940780227e5c0";
  for (std::size_t digits = 0; digits <= 16; digits += 2) {
    EXPECT_EQ(size_of(whole.substr(0, digits)), "malformed") << digits;
  }
}

TEST(SpsTest, RefusesOtherUnitsAndAbsurdSizes) {
  EXPECT_EQ(size_of("68ebe3cb22c0"), "malformed");
  EXPECT_EQ(size_of("67640028ffffffffffffffff"), "malformed");
  EXPECT_EQ(size_of("6764002800000000000000000000000000000000"), "malformed");
}

TEST(SpsTest, PutsBothSetsIntoOneRecord) {
  // ISO/IEC 14496-15, 5.3.3.1; a High profile adds chroma format and bit depths.
  EXPECT_EQ(to_hex(make_avcc(test::sps_1080(), test::pps_1080())),
            "01640028ffe1001b67640028acd940780227e5c044000003000400000300c83c60c658"
            "01000668ebe3cb22c0"
            "fdf8f800");
}

}  // namespace
}  // namespace candor::rtsp
