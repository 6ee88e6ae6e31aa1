// SPDX-License-Identifier: Apache-2.0
// The writer thread with real rooms: what is durable when it says so, and what a full or failing
// disk does to all of them.
#include "storage/write/recorder.h"

#include <atomic>
#include <filesystem>
#include <future>
#include <optional>
#include <thread>

#include <gmock/gmock.h>

#include "tests/storage_write/recorder_fixture.h"

namespace candor::storage {
namespace {

using test::FileOp;
using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr auto kPatience = 20s;  // Never waited out, unless the test fails.

class NoIndex final : public IndexSink {
  void submit(std::vector<IndexUpdate> /*updates*/) override {}
};

class RecorderTest : public RecorderFixture {
 protected:
  void open(std::chrono::nanoseconds sync_interval = 10ms) {
    RecorderOptions options{.authority = "rec.example", .site = "site7", .software = "test"};
    options.sync_interval = sync_interval;
    options.on_fatal = [this](const Error& why) { fatal_.set_value(why.kind()); };
    auto opened = Recorder::open(
        test::slots_of({volume_}), clock_, std::move(options),
        {{.room = "room-1",
          .streams = {{.name = "cam-video", .source = "cam", .media = MediaKind::kVideo}}}},
        index_);
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
    recorder_ = std::move(*opened);
    fragmenter_.emplace(media::RunClock(UtcTime{kStart}, BootTime{0}), *test::h264_format(),
                        media::FragmenterOptions{});
  }

  void deliver(std::string_view text) {
    for (Sample& sample : test::video_samples(text, next_frame_)) {
      const ChunkPtr chunk = fragmenter_->push(std::move(sample));
      ASSERT_TRUE(recorder_->try_append({}, {.chunk = chunk, .init = init_, .session = {}}));
      ++next_frame_;
    }
  }

  // Everything given so far is on disk.
  void settle() {
    std::promise<void> done;
    evidence::SessionOpenBody body;
    body.session = make_uuid(clock_.utc());
    recorder_->open_session(0, {.body = std::move(body)}, [&done] { done.set_value(); });
    ASSERT_EQ(done.get_future().wait_for(kPatience), std::future_status::ready);
  }

  // "state error" of each SESSION-OPEN entry's header.
  [[nodiscard]] std::vector<std::string> clocks_of_sessions() const {
    std::vector<std::string> clocks;
    for (const Bytes& bytes : log_entries()) {
      const evidence::EntryHeader header = evidence::decode_entry(bytes).value().header;
      if (header.type == evidence::EntryType::kSessionOpen) {
        clocks.push_back(std::to_string(static_cast<int>(header.clock_state)) + " " +
                         std::to_string(header.clock_error_us));
      }
    }
    return clocks;
  }

  NoIndex index_;
  std::promise<ErrorKind> fatal_;
  std::unique_ptr<Recorder> recorder_;
};

TEST_F(RecorderTest, HasASessionOnDiskWhenItSaysSo) {
  open();
  deliver("IPPP");
  settle();
  EXPECT_THAT(log_text(), EndsWith("SESSION-OPEN"));
}

// Each of them moved the next round by a second: what was recorded meanwhile was not synced.
TEST_F(RecorderTest, PutsNoRoundOffForSessions) {
  open(500ms);
  for (int session = 0; session < 50; ++session) {
    settle();
  }
  deliver("IPPP I");
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (log_text().find("MEDIA(4)") == std::string::npos) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    std::this_thread::yield();
  }
}

TEST_F(RecorderTest, CommitsAllThatItTookBeforeItStops) {
  open();
  deliver("IPPP IPP");
  recorder_->stop();
  EXPECT_THAT(log_text(), EndsWith("MEDIA(4) MEDIA(3) GAP-OPEN(recorder-stop) RECORDER(stop)"));
}

TEST_F(RecorderTest, TakesNothingMoreAfterItStopped) {
  open();
  recorder_->stop();
  std::vector<Sample> samples = test::video_samples("I");
  const ChunkPtr chunk = fragmenter_->push(std::move(samples.front()));
  EXPECT_FALSE(recorder_->try_append({}, {.chunk = chunk, .init = init_, .session = {}}));
}

TEST_F(RecorderTest, TakesAnEntryThatWasMadeElsewhere) {
  open();
  std::promise<void> done;
  const std::string body = "{\"authority\":\"tsa-1\"}";

  recorder_->add_event(
      0, {.type = evidence::EntryType::kTimeAnchor, .body = Bytes(body.begin(), body.end())},
      [&done] { done.set_value(); });

  ASSERT_EQ(done.get_future().wait_for(kPatience), std::future_status::ready);
  EXPECT_THAT(log_text(), EndsWith("TIME-ANCHOR"));
}

TEST_F(RecorderTest, SaysOnceWhatTheClockIsWorthFromNowOn) {
  open();
  const ClockReading good{.state = evidence::ClockState::kSynchronisedAuthenticated,
                          .error_us = 710,
                          .source = "192.0.2.7"};
  recorder_->take_clock_reading(good);
  recorder_->take_clock_reading(good);
  settle();
  recorder_->take_clock_reading(
      {.state = evidence::ClockState::kHoldover, .error_us = 900, .source = "192.0.2.7"});
  settle();

  EXPECT_THAT(log_text(), EndsWith(" CLOCK SESSION-OPEN CLOCK SESSION-OPEN"));
  EXPECT_THAT(clocks_of_sessions(), testing::ElementsAre("1 710", "3 900"));
}

// The disk was full, then the log found it full, and the gap was never told.
TEST_F(RecorderTest, KeepsTheLastOfTheDiskForTheLogs) {
  disk_.say_free(1 << 20);
  open();
  deliver("IPPP IPP");
  settle();
  EXPECT_THAT(log_text(), HasSubstr("GAP-OPEN(disk-full)"));
  EXPECT_THAT(log_text(), Not(HasSubstr("MEDIA")));
  EXPECT_EQ(recorder_->status().volumes.at(0).state, VolumeState::kFull);

  disk_.heal();
  settle();
  deliver("PP IPP IP");
  recorder_->stop();
  EXPECT_THAT(log_text(), HasSubstr("INIT GAP-CLOSE(disk-full) MEDIA(3) MEDIA(2)"));
}

TEST_F(RecorderTest, CountsTheFilesThatTheDiskRefused) {
  open();
  disk_.fail(FileOp::kSync, "/media/");
  deliver("IPPP");
  settle();
  EXPECT_EQ(recorder_->status().failed_files, 1U);
}

TEST_F(RecorderTest, RetiresTheVolumeWhenAFolderCannotBeSynced) {
  open();
  disk_.fail(FileOp::kSyncFolder, "/media");
  deliver("I");
  auto fatal = fatal_.get_future();
  ASSERT_EQ(fatal.wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(fatal.get(), ErrorKind::kFailedPrecondition);
  recorder_.reset();
  disk_.heal();
  EXPECT_FALSE(Volume::open(folder_ / "a", "a", clock_.utc()).has_value());
}

}  // namespace
}  // namespace candor::storage
