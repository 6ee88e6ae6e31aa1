// SPDX-License-Identifier: Apache-2.0
#include "storage/write/volume.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace candor::storage {
namespace {

const UtcTime kNow{1'790'000'000'000'000'000};

TEST(VolumeTest, MakesAnEmptyFolderAVolumeAndKnowsItAgain) {
  const test::TempFolder folder;
  const auto made = Volume::open(folder / "a", "a", kNow);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(Volume::open(folder / "a", "a", kNow)->id(), made->id());
}

TEST(VolumeTest, RefusesAFolderThatHoldsOtherThings) {
  const test::TempFolder folder;
  std::ofstream(folder / "letter.txt") << "mine";
  const auto volume = Volume::open(folder.path(), "a", kNow);
  ASSERT_FALSE(volume.has_value());
  EXPECT_EQ(volume.error().kind(), ErrorKind::kFailedPrecondition);
}

// Such a folder was refused: a person had to empty it.
TEST(VolumeTest, MakesTheVolumeThatAPowerCutLeftHalfMade) {
  const test::TempFolder folder;
  std::ofstream(folder / "volume.json.new") << "{";
  EXPECT_TRUE(Volume::open(folder.path(), "a", kNow).has_value());
}

TEST(VolumeTest, RefusesAnotherVolumeInItsPlace) {
  const test::TempFolder folder;
  ASSERT_TRUE(Volume::open(folder / "a", "a", kNow).has_value());
  const auto volume = Volume::open(folder / "a", "b", kNow);
  ASSERT_FALSE(volume.has_value());
  EXPECT_THAT(volume.error().message(), testing::HasSubstr("is volume 'a'"));
}

TEST(VolumeTest, NamesSegmentsByNumberAndTime) {
  EXPECT_EQ(Volume::segment_path("room-1", "cam-video", 12, kNow),
            "media/room-1/cam-video/2026-09-21/0000000012-20260921T141320.000Z.mp4");
}

TEST(VolumeTest, RefusesARetiredVolumeUntilSomebodyHasLooked) {
  const test::TempFolder folder;
  Volume::open(folder / "a", "a", kNow)->retire("media: sync folder: Input/output error", kNow);
  const auto refused = Volume::open(folder / "a", "a", kNow);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind(), ErrorKind::kFailedPrecondition);
  EXPECT_THAT(refused.error().message(), testing::HasSubstr("sync folder: Input/output error"));
  ASSERT_TRUE(std::filesystem::remove(folder / "a/volume.retired"));
  EXPECT_TRUE(Volume::open(folder / "a", "a", kNow).has_value());
}

TEST(VolumeTest, NothingIsRetiredWhereNoVolumeIsAnyMore) {
  const test::TempFolder folder;
  const Volume volume = Volume::open(folder / "a", "a", kNow).value();
  std::filesystem::rename(folder / "a", folder / "unmounted");
  std::filesystem::create_directory(folder / "a");
  volume.retire("media: sync folder: Input/output error", kNow);
  EXPECT_TRUE(std::filesystem::is_empty(folder / "a"));
}

}  // namespace
}  // namespace candor::storage
