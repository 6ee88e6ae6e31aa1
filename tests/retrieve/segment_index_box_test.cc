// SPDX-License-Identifier: Apache-2.0
#include "retrieve/segment_index_box.h"

#include <gtest/gtest.h>

#include "core/big_endian.h"

namespace candor::retrieve {
namespace {

constexpr std::size_t kFixedBytes = 40;
constexpr std::size_t kReferenceBytes = 12;

// One unit of a second for each letter: 'I' starts with a key frame, '.' is a second of nothing.
RangePlan plan(std::string_view text) {
  RangePlan made;
  made.timescale = 90000;
  made.base = 1'000'000;
  std::int64_t time = made.base;
  for (const char c : text) {
    if (c != '.') {
      made.units.push_back(
          {.bytes = 100, .decode_time = time, .duration = 90000, .is_sync = c == 'I'});
    }
    time += 90000;
  }
  return made;
}

// "200 bytes 2 s, ...".
std::string references(const Bytes& sidx) {
  std::string text;
  for (std::size_t at = kFixedBytes; at < sidx.size(); at += kReferenceBytes) {
    text += (text.empty() ? "" : ", ") + std::to_string(get_be<std::uint32_t>(&sidx[at])) +
            " bytes " + std::to_string(get_be<std::uint32_t>(&sidx[at + 4]) / 90000) + " s" +
            ((get_be<std::uint32_t>(&sidx[at + 8]) >> 31) != 0 ? "" : " no key");
  }
  return text;
}

Bytes index_of(std::string_view text) {
  const RangePlan made = plan(text);
  return write_segment_index(made, group_units(made));
}

TEST(SegmentIndexBoxTest, HasAReferenceForEachKeyFrameAndCoversGaps) {
  EXPECT_EQ(references(index_of("IPIP...IP")), "200 bytes 2 s, 200 bytes 5 s, 200 bytes 2 s");
}

TEST(SegmentIndexBoxTest, SaysWhenItsBeginningIsNoKeyFrame) {
  EXPECT_EQ(references(index_of("PPI")), "200 bytes 2 s no key, 100 bytes 1 s");
}

TEST(SegmentIndexBoxTest, HasRoomForADayOfKeyFrames) {
  const Bytes sidx = index_of(std::string(86'400, 'I'));
  EXPECT_EQ((sidx.size() - kFixedBytes) / kReferenceBytes, 43'200U);
}

TEST(SegmentIndexBoxTest, IsLeftOutWhenAGapIsTooLongForIt) {
  EXPECT_TRUE(index_of("IP" + std::string(50'000, '.') + "I").empty());
}

TEST(SegmentIndexBoxTest, IsLeftOutWhenAGroupHasNoKeyFrame) {
  EXPECT_FALSE(index_of("I" + std::string(59, 'P')).empty());
  EXPECT_TRUE(index_of("I" + std::string(60, 'P')).empty());
}

}  // namespace
}  // namespace candor::retrieve
