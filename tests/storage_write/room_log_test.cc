// SPDX-License-Identifier: Apache-2.0
#include "storage/write/room_log.h"

#include <filesystem>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/write/log_paths.h"
#include "tests/support/temp_folder.h"
#include "tests/support/volume_slots.h"

namespace candor::storage {
namespace {

class RoomLogTest : public testing::Test {
 protected:
  RoomLogTest() : volume_(Volume::open(folder_ / "a", "a", clock_.utc()).value()) {}

  Result<RoomLog> open(const std::string& site) {
    mirror_.emplace(test::slots_of({volume_}), clock_, VolumeWriter::Options{});
    return RoomLog::open(*mirror_, {.authority = "rec.example", .site = site, .room = "room-1"},
                         entry_clock_, "test");
  }

  test::TempFolder folder_;
  SystemClock clock_;
  EntryClock entry_clock_{clock_};
  Volume volume_;
  std::optional<Mirror> mirror_;
};

TEST_F(RoomLogTest, BeginsWithGenesisOnce) {
  {
    ASSERT_TRUE(open("site7").has_value());
  }
  const auto again = open("site7");
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->state().size(), 1U);
}

TEST_F(RoomLogTest, RefusesALogOfAnotherOriginAndNamesBoth) {
  {
    ASSERT_TRUE(open("site7").has_value());
  }
  const auto other = open("site8");
  ASSERT_FALSE(other.has_value());
  EXPECT_THAT(other.error().message(), testing::AllOf(testing::HasSubstr("site7/room-1"),
                                                      testing::HasSubstr("site8/room-1")));
}

// Killed while the first entry of a new bundle was written: the room could not be started again.
TEST_F(RoomLogTest, GoesOnWithABundleWhoseFirstEntryWasTorn) {
  {
    auto log = open("site7").value();
    for (int i = 1; i < 256; ++i) {
      ASSERT_TRUE(log.append(evidence::EntryType::kNote, 0, as_bytes("{}")).has_value());
    }
    ASSERT_TRUE(log.commit().has_value());
  }
  const std::string next = volume_.log_folder("room-1", 1) + "/tile/entries/001.part";
  for (const std::string_view left : {"", "\x01", "\x01\x36RSL1"}) {
    ASSERT_TRUE(replace_file(posix_files(), next, as_bytes(left)).has_value());
    const auto log = open("site7");
    ASSERT_TRUE(log.has_value()) << log.error().message();
    EXPECT_EQ(log->state().size(), 256U);
    EXPECT_TRUE(log->was_torn());
  }
}

// A power cut can leave zeros behind the last entry that was synced.
TEST_F(RoomLogTest, TakesZerosBehindTheLastEntryForTorn) {
  {
    ASSERT_TRUE(open("site7").has_value());
  }
  const std::string bundle = volume_.log_folder("room-1", 1) + "/tile/entries/000.part";
  const auto whole = std::filesystem::file_size(bundle);
  std::filesystem::resize_file(bundle, whole + 512);
  const auto log = open("site7");
  ASSERT_TRUE(log.has_value()) << log.error().message();
  EXPECT_EQ(log->state().size(), 1U);
  EXPECT_EQ(std::filesystem::file_size(bundle), whole);
}

TEST_F(RoomLogTest, RefusesAnEntryThatDoesNotContinueTheOneBefore) {
  {
    auto log = open("site7").value();
    ASSERT_TRUE(log.append(evidence::EntryType::kNote, 0, as_bytes("{}")).has_value());
    ASSERT_TRUE(log.commit().has_value());
  }
  const std::string bundle = volume_.log_folder("room-1", 1) + "/tile/entries/000.part";
  Bytes bytes = read_file(posix_files(), bundle, 1 << 20).value();
  bytes[2 + 90] ^= 1;  // In the first entry: its leaf hash changes.
  ASSERT_TRUE(replace_file(posix_files(), bundle, bytes).has_value());

  const auto log = open("site7");

  ASSERT_FALSE(log.has_value());
  EXPECT_EQ(log.error().kind(), ErrorKind::kDataLoss);
}

}  // namespace
}  // namespace candor::storage
