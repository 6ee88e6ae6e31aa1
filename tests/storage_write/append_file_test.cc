// SPDX-License-Identifier: Apache-2.0
// Files that only grow, and what stays when the disk fails.
#include "storage/write/append_file.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/failing_disk.h"
#include "tests/support/temp_folder.h"

namespace candor::storage {
namespace {

class AppendFileTest : public testing::Test {
 protected:
  [[nodiscard]] std::string text_of(const std::string& name) const {
    const Bytes bytes = read_file(folder_ / name, 1 << 20).value();
    return std::string(as_text(bytes));
  }

  test::TempFolder folder_;
  test::FailingDisk disk_;
};

TEST_F(AppendFileTest, AppendsNothingWhenTheDiskIsFull) {
  auto full = AppendFile::open("/dev/full");
  ASSERT_TRUE(full.has_value());
  const auto appended = full->append(as_bytes("x"));
  ASSERT_FALSE(appended.has_value());
  EXPECT_EQ(full->size(), 0U);
}

TEST_F(AppendFileTest, NeverReplacesAFileThatIsThere) {
  ASSERT_TRUE(AppendFile::create(folder_ / "one").has_value());
  const auto again = AppendFile::create(folder_ / "one");
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().kind(), ErrorKind::kAlreadyExists);
}

TEST_F(AppendFileTest, GoesOnBehindWhatIsThere) {
  ASSERT_TRUE(AppendFile::create(folder_ / "one")->append(as_bytes("ab")).has_value());
  auto file = AppendFile::open(folder_ / "one");
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->size(), 2U);
  ASSERT_TRUE(file->append(as_bytes("cd")).has_value());
  EXPECT_EQ(text_of("one"), "abcd");
}

TEST_F(AppendFileTest, ReadsBackWhatStandsOnTheDiskAndNotWhatWasWritten) {
  auto file = AppendFile::create(folder_ / "one");
  ASSERT_TRUE(file->append(as_bytes("abcd")).has_value());
  std::fstream(folder_ / "one", std::ios::in | std::ios::out).put('X');
  Bytes back(4);
  ASSERT_TRUE(file->read_back(0, back).has_value());
  EXPECT_EQ(as_text(back), "Xbcd");
}

TEST_F(AppendFileTest, SaysThatAFileWasCut) {
  auto file = AppendFile::create(folder_ / "one");
  ASSERT_TRUE(file->append(as_bytes("abcd")).has_value());
  std::filesystem::resize_file(folder_ / "one", 2);
  Bytes back(4);
  const auto read = file->read_back(0, back);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().kind(), ErrorKind::kDataLoss);
}

TEST_F(AppendFileTest, TellsAFailedFolderSyncFromEveryOtherFailure) {
  test::FailingDisk::fail_folder_sync(folder_.path());
  const auto file = AppendFile::create(folder_ / "one");
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(file.error().kind(), ErrorKind::kFailedPrecondition);
  EXPECT_EQ(make_folders(folder_ / "a/b").error().kind(), ErrorKind::kFailedPrecondition);

  test::FailingDisk::heal();
  test::FailingDisk::fail_file_sync(folder_.path());
  EXPECT_EQ(AppendFile::create(folder_ / "two")->sync().error().kind(), ErrorKind::kDataLoss);
}

TEST_F(AppendFileTest, ReplacesAFileWholeOrNotAtAll) {
  ASSERT_TRUE(replace_file(folder_ / "one", as_bytes("old")).has_value());
  test::FailingDisk::fail_file_sync("one.new");
  EXPECT_FALSE(replace_file(folder_ / "one", as_bytes("new")).has_value());
  EXPECT_EQ(text_of("one"), "old");
  test::FailingDisk::heal();
  EXPECT_TRUE(replace_file(folder_ / "one", as_bytes("new")).has_value());
  EXPECT_EQ(text_of("one"), "new");
}

TEST_F(AppendFileTest, CutsATailOnlyWhenItIsSafeInQuarantine) {
  ASSERT_TRUE(replace_file(folder_ / "one", as_bytes("wholeTORN")).has_value());
  test::FailingDisk::fail_file_sync("quarantine");
  EXPECT_FALSE(quarantine_tail(folder_ / "one", 5, folder_ / "quarantine/one").has_value());
  EXPECT_EQ(text_of("one"), "wholeTORN");
  test::FailingDisk::heal();
  ASSERT_TRUE(quarantine_tail(folder_ / "one", 5, folder_ / "quarantine/one").has_value());
  EXPECT_EQ(text_of("one"), "whole");
  EXPECT_EQ(text_of("quarantine/one"), "TORN");
}

TEST_F(AppendFileTest, ReadsNoFileAboveTheLimit) {
  ASSERT_TRUE(replace_file(folder_ / "one", as_bytes("12345")).has_value());
  EXPECT_EQ(read_file(folder_ / "one", 4).error().kind(), ErrorKind::kResourceExhausted);
  EXPECT_EQ(read_file(folder_ / "none", 4).error().kind(), ErrorKind::kNotFound);
}

}  // namespace
}  // namespace candor::storage
