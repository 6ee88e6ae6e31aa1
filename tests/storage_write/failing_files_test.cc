// SPDX-License-Identifier: Apache-2.0
// The disk that fails on demand, and what the file layer makes of each failure.
#include "tests/support/failing_files.h"

#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/write/append_file.h"
#include "storage/write/volume.h"
#include "tests/support/temp_folder.h"

namespace candor::storage {
namespace {

using namespace std::chrono_literals;
using test::FileOp;

constexpr auto kPatience = 20s;  // Never waited out, unless the test fails.
const UtcTime kNow{1'790'000'000'000'000'000};

class FailingFilesTest : public testing::Test {
 protected:
  // "ok" or the kind of the error.
  template <typename T>
  static std::string outcome(const Result<T>& result) {
    return result.has_value() ? "ok" : std::string(to_string(result.error().kind()));
  }

  test::TempFolder folder_;
  test::FailingFiles disk_;
};

TEST_F(FailingFilesTest, FailsOnlyTheOperationAndThePathsItWasTold) {
  disk_.fail(FileOp::kAppend, "/log/", ENOSPC);
  ASSERT_TRUE(make_folders(disk_, folder_ / "log").has_value());
  auto entries = AppendFile::create(disk_, folder_ / "log/one");
  EXPECT_EQ(outcome(entries->append(as_bytes("x"))), "resource-exhausted");
  EXPECT_EQ(outcome(entries->sync()), "ok");
  EXPECT_EQ(outcome(AppendFile::create(disk_, folder_ / "two")->append(as_bytes("x"))), "ok");
  EXPECT_EQ(disk_.refused(), 1);
}

TEST_F(FailingFilesTest, IsReadableWhenItIsReadOnly) {
  ASSERT_TRUE(replace_file(disk_, folder_ / "one", as_bytes("old")).has_value());
  disk_.make_read_only();
  EXPECT_EQ(outcome(replace_file(disk_, folder_ / "one", as_bytes("new"))), "permission-denied");
  EXPECT_EQ(outcome(make_folders(disk_, folder_ / "a")), "permission-denied");
  EXPECT_EQ(as_text(read_file(disk_, folder_ / "one", 10).value()), "old");
}

TEST_F(FailingFilesTest, HasNothingMoreWhenItIsGone) {
  auto file = AppendFile::create(disk_, folder_ / "one");
  disk_.vanish();
  EXPECT_EQ(outcome(file->append(as_bytes("x"))), "data-loss");
  EXPECT_EQ(outcome(read_file(disk_, folder_ / "one", 10)), "not-found");
  EXPECT_FALSE(exists(disk_, folder_ / "one").value());
  EXPECT_EQ(outcome(disk_.space(folder_.path())), "not-found");
}

TEST_F(FailingFilesTest, HoldsAThreadUntilItIsWellAgain) {
  auto file = AppendFile::create(disk_, folder_ / "one");
  disk_.stick(FileOp::kSync, "one");
  auto synced = std::async(std::launch::async, [&] { return file->sync().has_value(); });
  while (disk_.stuck() == 0) {
    std::this_thread::yield();
  }
  disk_.heal();
  ASSERT_EQ(synced.wait_for(kPatience), std::future_status::ready);
  EXPECT_TRUE(synced.get());
}

TEST_F(FailingFilesTest, ReadsBackOtherBytesThanThoseWritten) {
  auto file = AppendFile::create(disk_, folder_ / "one");
  ASSERT_TRUE(file->append(as_bytes("abcd")).has_value());
  disk_.corrupt("one");
  Bytes back(4);
  ASSERT_TRUE(file->read_back(0, back).has_value());
  EXPECT_THAT(as_text(back), testing::AllOf(testing::EndsWith("bcd"), testing::Ne("abcd")));
}

// A volume that could not be looked at was taken for an empty one.
TEST_F(FailingFilesTest, MakesNoNewVolumeWhereTheOldOneCannotBeRead) {
  ASSERT_TRUE(Volume::open(folder_ / "a", "a", kNow, disk_).has_value());
  disk_.fail(FileOp::kStatus, "volume.json");
  EXPECT_EQ(outcome(Volume::open(folder_ / "a", "a", kNow, disk_)), "data-loss");
}

}  // namespace
}  // namespace candor::storage
