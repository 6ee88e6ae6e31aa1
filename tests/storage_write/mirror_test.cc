// SPDX-License-Identifier: Apache-2.0
// Two volumes under one recorder: what one of them does must cost no frame, and be told.
#include <filesystem>
#include <optional>

#include <gmock/gmock.h>

#include "storage/write/recorder.h"
#include "tests/storage_write/recorder_fixture.h"

namespace candor::storage {
namespace {

using test::FileOp;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr auto kPatience = 20s;  // Never waited out, unless the test fails.

class NoIndex final : public IndexSink {
  void submit(std::vector<IndexUpdate> /*updates*/) override {}
};

class MirrorTest : public RecorderFixture {
 protected:
  MirrorTest() : b_(Volume::open(folder_ / "b", "b", clock_.utc(), disk_b_).value()) {}

  ~MirrorTest() override { heal(); }

  void open() {
    RecorderOptions options{.authority = "rec.example", .site = "site7", .software = "test"};
    options.sync_interval = 10ms;
    options.volume_stuck_after = stuck_after_;
    options.copies = {
        .register_path = folder_ / "copies.db", .interval = 5ms, .settle = 20ms, .retry = 20ms};
    auto opened = Recorder::open(
        test::slots_of({volume_, b_}), clock_, std::move(options),
        {{.room = "room-1",
          .streams = {{.name = "cam-video", .source = "cam", .media = MediaKind::kVideo}}}},
        index_);
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
    recorder_ = std::move(*opened);
    fragmenter_.emplace(media::RunClock(UtcTime{kStart}, BootTime{0}), *test::h264_format(),
                        media::FragmenterOptions{});
    fragmenter_->not_before(ns_to_ticks(recorder_->resumed(0).recorded_ends.at(0).ns, 90000));
  }

  // One second is "IPPPPPPPPPPPPPPPPPPPPPPPP".
  void deliver(std::string_view text) {
    for (Sample& sample : test::video_samples(text, next_frame_)) {
      const ChunkPtr chunk = fragmenter_->push(std::move(sample));
      ASSERT_TRUE(recorder_->try_append({}, {.chunk = chunk,
                                             .init = init_,
                                             .session = {},
                                             .starts_segment = std::exchange(must_cut_, false)}));
      ++next_frame_;
    }
  }
  void deliver_seconds(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      deliver("I" + std::string(24, 'P'));
    }
  }

  [[nodiscard]] VolumeState state_of(std::size_t volume) const {
    return recorder_->status().volumes.at(volume).state;
  }
  void wait_for(std::size_t volume, VolumeState state) const {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (state_of(volume) != state && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(1ms);
    }
    ASSERT_EQ(state_of(volume), state);
  }

  void wait_for_failed_files(std::size_t volume, std::uint64_t count) const {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (recorder_->status().volumes.at(volume).failed_files < count &&
           std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(1ms);
    }
    ASSERT_GE(recorder_->status().volumes.at(volume).failed_files, count);
  }

  // Every closed segment is whole on both volumes.
  void wait_until_complete() const {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    const auto is_complete = [this] {
      const CopyStatus copies = recorder_->status().copies;
      return copies.is_known && copies.counts.segments_below_two == 0;
    };
    while (!is_complete() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(1ms);
    }
    ASSERT_TRUE(is_complete());
  }

  void heal() {
    disk_.heal();
    disk_b_.heal();
  }

  // Frames that the log vouches for.
  [[nodiscard]] static std::int64_t frames_in(const Volume& volume) {
    std::int64_t frames = 0;
    for (const Bytes& bytes : log_entries(volume)) {
      const evidence::EntryView entry = evidence::decode_entry(bytes).value();
      if (entry.header.type == evidence::EntryType::kMedia) {
        frames += evidence::decode_media_body(entry.body)->sample_count;
      }
    }
    return frames;
  }

  static void wait_for_frames(const Volume& volume, std::int64_t frames) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (frames_in(volume) < frames && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(1ms);
    }
    ASSERT_GE(frames_in(volume), frames);
  }

  // "same" or the first file of `a` that `b` holds otherwise.
  [[nodiscard]] std::string compare(const std::string& below) const {
    for (const std::string& path : files(volume_, below)) {
      const std::string other = b_.root() + path.substr(volume_.root().size());
      if (read_file(posix_files(), path, 1 << 30).value_or(Bytes{}) !=
          read_file(posix_files(), other, 1 << 30).value_or(Bytes{})) {
        return other;
      }
    }
    return files(volume_, below).size() == files(b_, below).size() ? "same" : "b holds more";
  }

  [[nodiscard]] static std::uint64_t media_bytes(const Volume& volume) {
    std::uint64_t bytes = 0;
    for (const std::string& path : files(volume, "/media")) {
      bytes += std::filesystem::file_size(path);
    }
    return bytes;
  }

  test::FailingFiles disk_b_;
  Volume b_;
  NoIndex index_;
  std::chrono::milliseconds stuck_after_ = kPatience;
  std::unique_ptr<Recorder> recorder_;
};

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
  EXPECT_THAT(log_text(), HasSubstr("RECORDER(fault)"));
  wait_for(1, VolumeState::kAway);
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

TEST_F(MirrorTest, WhatAVolumeMissedIsCopiedToItWhenItIsBack) {
  open();
  deliver_seconds(6);
  disk_b_.fail(FileOp::kSync, "/log/");
  wait_for(1, VolumeState::kAway);
  cut();
  deliver_seconds(6);
  cut();
  deliver_seconds(1);
  heal();
  wait_for(1, VolumeState::kOk);
  deliver_seconds(6);
  recorder_.reset();
  open();
  wait_until_complete();
  recorder_->stop();
  EXPECT_EQ(compare("/media"), "same");
}

TEST_F(MirrorTest, AFileThatFailedOnOneVolumeIsMadeWholeFromTheGoodOne) {
  open();
  deliver_seconds(2);
  wait_for_frames(volume_, 25);
  disk_.fail(FileOp::kAppend, "/0000000001-");
  deliver_seconds(1);
  wait_for_failed_files(0, 1);
  deliver_seconds(6);
  heal();
  recorder_.reset();
  open();
  wait_until_complete();
  recorder_->stop();
  EXPECT_EQ(frames_in(volume_), 9 * 25);
  EXPECT_EQ(compare("/media"), "same");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a/quarantine"));
}

TEST_F(MirrorTest, AFileThatWasDamagedWhileNobodyRanIsFoundWhenItIsNotRegistered) {
  open();
  deliver_seconds(2);
  recorder_.reset();
  const std::string path = files(volume_, "/media").front();
  const Bytes good = read_file(posix_files(), path, 1 << 20).value();
  Bytes bad = good;
  bad[bad.size() / 2] ^= 1;
  ASSERT_TRUE(replace_file(posix_files(), path, bad).has_value());
  std::filesystem::remove(folder_ / "copies.db");
  std::filesystem::remove(folder_ / "copies.db-wal");
  open();
  wait_until_complete();
  EXPECT_EQ(read_file(posix_files(), path, 1 << 20).value(), good);
  EXPECT_EQ(read_file(posix_files(), files(volume_, "/quarantine").at(0), 1 << 20).value(), bad);
}

// Killed after the last seal was written to one volume, and before it was to the other.
TEST_F(MirrorTest, ACopyThatLacksASealIsMadeEqual) {
  open();
  deliver_seconds(2);
  recorder_.reset();
  const std::string path = files(b_, "/media").front();
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 338);
  std::filesystem::remove(folder_ / "copies.db");
  std::filesystem::remove(folder_ / "copies.db-wal");
  open();
  wait_until_complete();
  recorder_->stop();
  EXPECT_EQ(compare("/media"), "same");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "b/quarantine"));
}

TEST_F(MirrorTest, ASegmentThatNoVolumeHoldsWholeIsCountedAsLost) {
  open();
  deliver_seconds(2);
  recorder_.reset();
  for (const Volume* volume : {&volume_, &b_}) {
    std::filesystem::remove(files(*volume, "/media").front());
  }
  std::filesystem::remove(folder_ / "copies.db");
  std::filesystem::remove(folder_ / "copies.db-wal");
  open();
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (recorder_->status().copies.counts.segments_lost == 0 &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(recorder_->status().copies.counts.segments_lost, 1U);
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
