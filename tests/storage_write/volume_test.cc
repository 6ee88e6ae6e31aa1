// SPDX-License-Identifier: Apache-2.0
#include "storage/write/volume.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/write/append_file.h"
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

TEST(AppendFileTest, AppendsNothingWhenTheDiskIsFull) {
  auto full = AppendFile::open("/dev/full");
  ASSERT_TRUE(full.has_value());
  const auto appended = full->append(as_bytes("x"));
  ASSERT_FALSE(appended.has_value());
  EXPECT_EQ(full->size(), 0U);
}

}  // namespace
}  // namespace candor::storage
