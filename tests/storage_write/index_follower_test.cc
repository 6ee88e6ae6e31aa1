// SPDX-License-Identifier: Apache-2.0
#include "storage/write/index_follower.h"

#include <fstream>

#include <gmock/gmock.h>

#include "storage/write/state_lock.h"
#include "tests/storage_write/index_fixture.h"

namespace candor::storage {
namespace {

class IndexFollowerTest : public IndexFixture {
 protected:
  void follow(std::size_t queue_items = 100) {
    follower_ = IndexFollower::open({.volume_roots = {folder_ / "a"},
                                     .index_path = index_path(),
                                     .queue_items = queue_items},
                                    clock_)
                    .value();
  }
  void submit_round() {
    commit();
    follower_->submit(room_->take_updates());
  }
  void submit_round_without_index() {
    commit();
    (void)room_->take_updates();  // Nobody listens.
  }
  void expect_index_equals_rebuild() {
    ASSERT_TRUE(rebuild_index({folder_ / "a"}, folder_ / "fresh.db").has_value());
    EXPECT_EQ(dump(index_path()), dump(folder_ / "fresh.db"));
  }

  std::unique_ptr<IndexFollower> follower_;
};

TEST_F(IndexFollowerTest, BringsANewIndexUpAndFollows) {
  start();
  record("IPPP IPPP");
  submit_round_without_index();
  follow();
  record("IPPP");
  submit_round();
  follower_->stop();

  EXPECT_FALSE(follower_->fault().has_value());
  expect_index_equals_rebuild();
}

TEST_F(IndexFollowerTest, ReadsFromTheLogWhatItsQueueCouldNotTake) {
  start();
  follow(0);
  record("IPPP IPPP");
  submit_round();
  follower_->stop();
  follow();
  follower_->stop();

  expect_index_equals_rebuild();
}

TEST_F(IndexFollowerTest, MakesADamagedIndexAnewAndKeepsTheOldFile) {
  start();
  record("IPPP IPPP");
  submit_round_without_index();
  std::ofstream(index_path()) << std::string(8192, 'x');

  follow();
  follower_->stop();

  expect_index_equals_rebuild();
  const auto is_aside = [](const auto& entry) {
    return entry.path().string().find("index.db.damaged-") != std::string::npos;
  };
  const std::filesystem::directory_iterator files(folder_.path());
  EXPECT_EQ(std::count_if(files, std::filesystem::directory_iterator(), is_aside), 1);
}

TEST_F(IndexFollowerTest, RebuildsAnIndexOfAnotherLog) {
  record_a_day();
  index_.reset();
  crash();
  std::filesystem::remove_all(folder_ / "a/log");
  std::filesystem::remove_all(folder_ / "a/media");
  start();
  record("IPPP");
  submit_round_without_index();

  follow();
  follower_->stop();

  EXPECT_FALSE(follower_->fault().has_value());
  expect_index_equals_rebuild();
}

TEST_F(IndexFollowerTest, CalledItAFaultThatANewVolumeHasNoLogYet) {
  follow();
  follower_->stop();
  EXPECT_FALSE(follower_->fault().has_value());
}

TEST_F(IndexFollowerTest, CalledItAFaultThatANewLogBeginsWithAnEntryThatWasNotSubmitted) {
  follow();
  start();
  record("IPPP IPPP");
  submit_round();
  follower_->stop();
  EXPECT_FALSE(follower_->fault().has_value());
  follow();
  follower_->stop();
  expect_index_equals_rebuild();
}

TEST(StateLockTest, RefusesASecondHolderByItsNumber) {
  const test::TempFolder folder;
  const auto first = StateLock::take(folder / "state");
  ASSERT_TRUE(first.has_value());

  const auto second = StateLock::take(folder / "state");

  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().kind(), ErrorKind::kFailedPrecondition);
  EXPECT_THAT(second.error().message(), testing::HasSubstr("process "));
}

TEST(StateLockTest, RefusesASecondWriterOfAVolumeAndPutsNothingIntoIt) {
  const test::TempFolder folder;
  {
    const auto first = StateLock::take_volume(folder / "a");
    ASSERT_TRUE(first.has_value());
    const auto second = StateLock::take_volume(folder / "a");
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().kind(), ErrorKind::kFailedPrecondition);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder / "a"));
  EXPECT_TRUE(StateLock::take_volume(folder / "a").has_value());
}

}  // namespace
}  // namespace candor::storage
