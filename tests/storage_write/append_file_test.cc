// SPDX-License-Identifier: Apache-2.0
// Files that only grow, and what stays when the disk fails.
#include "storage/write/append_file.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/failing_files.h"
#include "tests/support/temp_folder.h"

namespace candor::storage {
namespace {

using test::FileOp;
class AppendFileTest : public testing::Test {
 protected:
  [[nodiscard]] std::string text_of(const std::string& name) {
    const Bytes bytes = read_file(disk_, folder_ / name, 1 << 20).value();
    return std::string(as_text(bytes));
  }

  test::TempFolder folder_;
  test::FailingFiles disk_;
};

TEST_F(AppendFileTest, AppendsNothingWhenTheDiskIsFull) {
  auto full = AppendFile::open(disk_, "/dev/full");
  ASSERT_TRUE(full.has_value());
  const auto appended = full->append(as_bytes("x"));
  ASSERT_FALSE(appended.has_value());
  EXPECT_EQ(full->size(), 0U);
}

TEST_F(AppendFileTest, NeverReplacesAFileThatIsThere) {
  ASSERT_TRUE(AppendFile::create(disk_, folder_ / "one").has_value());
  const auto again = AppendFile::create(disk_, folder_ / "one");
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().kind(), ErrorKind::kAlreadyExists);
}

TEST_F(AppendFileTest, GoesOnBehindWhatIsThere) {
  ASSERT_TRUE(AppendFile::create(disk_, folder_ / "one")->append(as_bytes("ab")).has_value());
  auto file = AppendFile::open(disk_, folder_ / "one");
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->size(), 2U);
  ASSERT_TRUE(file->append(as_bytes("cd")).has_value());
  EXPECT_EQ(text_of("one"), "abcd");
}

TEST_F(AppendFileTest, ReadsBackWhatStandsOnTheDiskAndNotWhatWasWritten) {
  auto file = AppendFile::create(disk_, folder_ / "one");
  ASSERT_TRUE(file->append(as_bytes("abcd")).has_value());
  std::fstream(folder_ / "one", std::ios::in | std::ios::out).put('X');
  Bytes back(4);
  ASSERT_TRUE(file->read_back(0, back).has_value());
  EXPECT_EQ(as_text(back), "Xbcd");
}

TEST_F(AppendFileTest, SaysThatAFileWasCut) {
  auto file = AppendFile::create(disk_, folder_ / "one");
  ASSERT_TRUE(file->append(as_bytes("abcd")).has_value());
  std::filesystem::resize_file(folder_ / "one", 2);
  Bytes back(4);
  const auto read = file->read_back(0, back);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().kind(), ErrorKind::kDataLoss);
}

TEST_F(AppendFileTest, TellsAFailedFolderSyncFromEveryOtherFailure) {
  disk_.fail(FileOp::kSyncFolder, folder_.path());
  const auto file = AppendFile::create(disk_, folder_ / "one");
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(file.error().kind(), ErrorKind::kFailedPrecondition);
  EXPECT_EQ(make_folders(disk_, folder_ / "a/b").error().kind(), ErrorKind::kFailedPrecondition);

  disk_.heal();
  disk_.fail(FileOp::kSync, folder_.path());
  EXPECT_EQ(AppendFile::create(disk_, folder_ / "two")->sync().error().kind(),
            ErrorKind::kDataLoss);
}

// Killed before it was, and started again: the next power cut took the file with all that came.
TEST_F(AppendFileTest, MakesANameDurableThatWasThereAlready) {
  ASSERT_TRUE(make_folders_below(disk_, folder_.path(), folder_ / "a").has_value());
  ASSERT_TRUE(AppendFile::create(disk_, folder_ / "a/one").has_value());
  disk_.fail(FileOp::kSyncFolder, folder_.path());
  EXPECT_FALSE(make_folders_below(disk_, folder_.path(), folder_ / "a").has_value());
  EXPECT_FALSE(AppendFile::open(disk_, folder_ / "a/one").has_value());
}

TEST_F(AppendFileTest, ReplacesAFileWholeOrNotAtAll) {
  ASSERT_TRUE(replace_file(disk_, folder_ / "one", as_bytes("old")).has_value());
  disk_.fail(FileOp::kSync, "one.new");
  EXPECT_FALSE(replace_file(disk_, folder_ / "one", as_bytes("new")).has_value());
  EXPECT_EQ(text_of("one"), "old");
  disk_.heal();
  EXPECT_TRUE(replace_file(disk_, folder_ / "one", as_bytes("new")).has_value());
  EXPECT_EQ(text_of("one"), "new");
}

TEST_F(AppendFileTest, CutsATailOnlyWhenItIsSafeInQuarantine) {
  ASSERT_TRUE(replace_file(disk_, folder_ / "one", as_bytes("wholeTORN")).has_value());
  disk_.fail(FileOp::kSync, "quarantine");
  EXPECT_FALSE(quarantine_tail(disk_, folder_ / "one", 5, folder_ / "quarantine/one").has_value());
  EXPECT_EQ(text_of("one"), "wholeTORN");
  disk_.heal();
  ASSERT_TRUE(quarantine_tail(disk_, folder_ / "one", 5, folder_ / "quarantine/one").has_value());
  EXPECT_EQ(text_of("one"), "whole");
  EXPECT_EQ(text_of("quarantine/one"), "TORN");
}

TEST_F(AppendFileTest, ReadsNoFileAboveTheLimit) {
  ASSERT_TRUE(replace_file(disk_, folder_ / "one", as_bytes("12345")).has_value());
  EXPECT_EQ(read_file(disk_, folder_ / "one", 4).error().kind(), ErrorKind::kResourceExhausted);
  EXPECT_EQ(read_file(disk_, folder_ / "none", 4).error().kind(), ErrorKind::kNotFound);
}

}  // namespace
}  // namespace candor::storage
