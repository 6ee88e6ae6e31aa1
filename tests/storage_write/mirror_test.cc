// SPDX-License-Identifier: Apache-2.0
// Two volumes under one recorder: what one of them does must cost no frame, and be told.
#include <gmock/gmock.h>

#include "tests/storage_write/mirror_fixture.h"

namespace candor::storage {
namespace {

using test::FileOp;
using namespace std::chrono_literals;
using testing::HasSubstr;

class MirrorTest : public MirrorFixture {};

TEST_F(MirrorTest, BothVolumesHoldTheSame) {
  open();
  deliver("IPPP IPPP IPP");
  recorder_->stop();
  EXPECT_EQ(frames_in(volume_), 11);
  EXPECT_EQ(compare("/media"), "same");
  EXPECT_EQ(compare("/log"), "same");
}

TEST_F(MirrorTest, AVolumeThatCannotBeSyncedCostsNoFrame) {
  open();
  deliver_seconds(1);
  disk_.fail(FileOp::kSync, "/media/");
  deliver_seconds(1);
  wait_for_failed_files(0, 1);
  deliver_seconds(6);
  recorder_->stop();
  EXPECT_EQ(frames_in(b_), 8 * 25);
  EXPECT_EQ(gap_text(), "");
  EXPECT_THAT(log_text(b_), HasSubstr("RECORDER(fault)"));
}

TEST_F(MirrorTest, AFullVolumeCostsNoFrame) {
  open();
  deliver_seconds(1);
  disk_b_.fail(FileOp::kAppend, "/media/", ENOSPC);
  deliver_seconds(7);
  recorder_->stop();
  EXPECT_EQ(frames_in(volume_), 8 * 25);
  EXPECT_EQ(frames_in(b_), 8 * 25);
}

TEST_F(MirrorTest, AVolumeThatIsNearlyFullIsToldOfAndKeepsItsRoomForTheLogs) {
  open();
  deliver_seconds(1);
  disk_b_.say_free(1000);
  wait_for(1, VolumeState::kFull);
  deliver_seconds(2);
  recorder_->stop();
  EXPECT_EQ(frames_in(volume_), 3 * 25);
  EXPECT_LT(media_bytes(b_), media_bytes(volume_) / 2);
  EXPECT_EQ(state_of(1), VolumeState::kFull);
  EXPECT_EQ(compare("/log"), "same");
  EXPECT_THAT(log_text(), HasSubstr("RECORDER(fault)"));
}

TEST_F(MirrorTest, AVolumeThatRefusesMediaOnlyIsLeftAfterThreeFiles) {
  open();
  disk_b_.fail(FileOp::kSync, "/media/");
  for (std::uint64_t file = 1; file <= 3; ++file) {
    cut();
    deliver_seconds(1);
    wait_for_failed_files(1, file);
  }
  wait_for(1, VolumeState::kAway);
  recorder_->stop();
  EXPECT_THAT(log_text(), HasSubstr("RECORDER(fault)"));
}

TEST_F(MirrorTest, AVolumeWhoseLogFailsIsLeftAndTakenBack) {
  open();
  deliver_seconds(1);
  disk_.fail(FileOp::kSync, "/log/");
  deliver_seconds(1);
  wait_for(0, VolumeState::kAway);
  deliver_seconds(6);
  heal();
  wait_for(0, VolumeState::kOk);
  deliver_seconds(6);
  recorder_->stop();
  EXPECT_EQ(frames_in(b_), 14 * 25);
  EXPECT_EQ(compare("/log"), "same");
  EXPECT_THAT(log_text(), HasSubstr("RECORDER(volume-back)"));
}

TEST_F(MirrorTest, AVolumeThatIsStuckHoldsUpNobody) {
  stuck_after_ = 1s;
  open();
  deliver_seconds(1);
  disk_b_.stick(FileOp::kSync, "/media/");
  deliver_seconds(1);
  wait_for(1, VolumeState::kAway);
  deliver_seconds(6);
  heal();
  wait_for(1, VolumeState::kOk);
  deliver_seconds(6);
  recorder_->stop();
  EXPECT_EQ(frames_in(volume_), 14 * 25);
  EXPECT_EQ(compare("/log"), "same");
}

TEST_F(MirrorTest, AFileThatStandsOnAStuckVolumeOnlyIsGivenUp) {
  stuck_after_ = 1s;
  open();
  deliver_seconds(2);
  wait_for_frames(volume_, 25);
  disk_b_.fail(FileOp::kSync, "/media/");
  deliver_seconds(1);
  wait_for_failed_files(1, 1);
  disk_b_.heal();
  disk_.stick(FileOp::kSync, "/media/");
  deliver_seconds(1);
  wait_for(0, VolumeState::kAway);
  deliver_seconds(2);
  heal();
  recorder_->stop();
  EXPECT_THAT(log_text(b_), HasSubstr("GAP-OPEN(disk-error)"));
  EXPECT_GE(frames_in(b_), 3 * 25);
}

TEST_F(MirrorTest, AVolumeThatVanishesComesBackWithAllEntries) {
  open();
  deliver_seconds(1);
  disk_b_.vanish();
  wait_for(1, VolumeState::kAway);
  deliver_seconds(6);
  heal();
  wait_for(1, VolumeState::kOk);
  deliver_seconds(6);
  recorder_->stop();
  EXPECT_EQ(gap_text(), "");
  EXPECT_EQ(compare("/log"), "same");
}

TEST_F(MirrorTest, AFileThatReadsBackOtherwiseOnOneVolumeIsVouchedForByTheOther) {
  open();
  disk_.corrupt("/media/");
  deliver_seconds(7);
  recorder_->stop();
  EXPECT_EQ(frames_in(volume_), 7 * 25);
  EXPECT_EQ(gap_text(), "");
}

TEST_F(MirrorTest, NothingIsLeftWhenBothFail) {
  open();
  deliver_seconds(1);
  disk_.fail(FileOp::kSync, "/media/");
  disk_b_.fail(FileOp::kSync, "/media/");
  deliver_seconds(1);
  recorder_->stop();
  EXPECT_THAT(log_text(), HasSubstr("GAP-OPEN(disk-error)"));
}

TEST_F(MirrorTest, AStartTakesTheLongerLogWhereverItIs) {
  open();
  deliver_seconds(1);
  disk_.fail(FileOp::kSync, "/log/");
  deliver_seconds(6);
  wait_for(0, VolumeState::kAway);
  recorder_.reset();
  EXPECT_LT(log_entries(volume_).size(), log_entries(b_).size());
  heal();
  open();
  recorder_->stop();
  EXPECT_EQ(compare("/log"), "same");
  EXPECT_EQ(frames_in(volume_), 7 * 25);
}

TEST_F(MirrorTest, AStartSetsALogAsideThatWentAnotherWay) {
  open();
  deliver_seconds(1);
  recorder_.reset();
  // Each volume alone, as when the other was not mounted.
  const auto record_on = [&](const Volume& volume, int seconds) {
    auto opened = Recorder::open(
        test::slots_of({volume}), clock_,
        {.authority = "rec.example", .site = "site7", .software = "test"},
        {{.room = "room-1",
          .streams = {{.name = "cam-video", .source = "cam", .media = MediaKind::kVideo}}}},
        index_);
    recorder_ = std::move(*opened);
    deliver_seconds(seconds);
    recorder_.reset();
  };
  record_on(volume_, 1);
  record_on(b_, 3);
  open();
  recorder_->stop();
  EXPECT_EQ(compare("/log"), "same");
  EXPECT_THAT(log_text(), HasSubstr("RECORDER(fault)"));
  EXPECT_EQ(files(volume_, "/quarantine").size(), 1U);
}

}  // namespace
}  // namespace candor::storage
