// SPDX-License-Identifier: Apache-2.0
#include "retrieve/unit_groups.h"

#include <gtest/gtest.h>

namespace candor::retrieve {
namespace {

// One unit of `seconds` for each letter: 'I' starts with a key frame, '.' is as long and nothing.
RangePlan plan(std::string_view text, double seconds = 1, std::uint64_t bytes = 100) {
  RangePlan made;
  made.timescale = 90000;
  made.base = 1'000'000;
  const auto duration = static_cast<std::int64_t>(90000 * seconds);
  std::int64_t time = made.base;
  for (const char c : text) {
    if (c != '.') {
      made.units.push_back(
          {.bytes = bytes, .decode_time = time, .duration = duration, .is_sync = c == 'I'});
    }
    time += duration;
  }
  return made;
}

// "2@0 2@2": how many units at which second.
std::string groups(const RangePlan& plan) {
  std::string text;
  for (const UnitGroup& group : group_units(plan)) {
    text += (text.empty() ? "" : " ") + std::to_string(group.count) + "@" +
            std::to_string(group.start / 90000) + (group.is_sync ? "" : "!");
  }
  return text;
}

TEST(UnitGroupsTest, AGroupIsAKeyFrameAndWhatFollowsIt) {
  EXPECT_EQ(groups(plan("IPIPIPP")), "2@0 2@2 3@4");
}

TEST(UnitGroupsTest, SoundIsGroupedByTwoSeconds) {
  EXPECT_EQ(groups(plan("IIIII")), "2@0 2@2 1@4");
}

TEST(UnitGroupsTest, ManyKeyFramesInASecondMakeOneGroup) {
  EXPECT_EQ(groups(plan("IIIIIIIIII", 0.2)), "8@0 2@1");
}

TEST(UnitGroupsTest, TheGroupBeforeAGapEndsThere) {
  EXPECT_EQ(groups(plan("IPP...IP")), "3@0 2@6");
}

TEST(UnitGroupsTest, AGapWithoutAKeyFrameAfterItStaysInsideAGroup) {
  EXPECT_EQ(groups(plan("IP" + std::string(600, '.') + "PPIP")), "4@0 2@604");
}

TEST(UnitGroupsTest, ALongGroupIsCutAtAMinute) {
  EXPECT_EQ(groups(plan("I" + std::string(99, 'P'))), "60@0 40@60!");
}

TEST(UnitGroupsTest, ALargeGroupIsCutAtItsLimit) {
  EXPECT_EQ(groups(plan("IPPPP", 1, kGroupBytesMax / 2)), "2@0 2@2! 1@4!");
}

TEST(UnitGroupsTest, TenSecondsBetweenKeyFramesAreOneGroup) {
  EXPECT_EQ(groups(plan("IPPPPPPPPPIPPPPPPPPP")), "10@0 10@10");
}

TEST(UnitGroupsTest, AGroupDoesNotReachAcrossAGapOfThirtyTwoBits) {
  EXPECT_EQ(groups(plan("IP" + std::string(50'000, '.') + "P")), "2@0 1@50002!");
}

TEST(UnitGroupsTest, WhatIsRecordedLaterChangesOnlyTheLastGroup) {
  EXPECT_EQ(groups(plan("IPIPI")), "2@0 2@2 1@4");
  EXPECT_EQ(groups(plan("IPIPIPIP")), "2@0 2@2 2@4 2@6");
}

}  // namespace
}  // namespace candor::retrieve
