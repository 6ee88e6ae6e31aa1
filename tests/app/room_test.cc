// SPDX-License-Identifier: Apache-2.0
// A room between a source and a real recorder: what live readers see and what stands in the log, as
// strings.
#include "app/capture/room.h"

#include <future>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evidence/entry.h"
#include "storage/write/append_file.h"
#include "tests/support/stream_text.h"
#include "tests/support/temp_folder.h"

namespace candor::app {
namespace {

using testing::HasSubstr;

class NoIndex final : public storage::IndexSink {
  void submit(std::vector<storage::IndexUpdate> /*updates*/) override {}
};

// Boot and wall time stand still where the test puts them.
class StillClock final : public Clock {
 public:
  [[nodiscard]] UtcTime utc() const override { return {kStartNs + boot_ns}; }
  [[nodiscard]] BootTime boot() const override { return {boot_ns}; }

  static constexpr std::int64_t kStartNs = 1'790'000'000'000'000'000;
  std::atomic<std::int64_t> boot_ns = 0;
};

class RoomTest : public testing::Test {
 protected:
  void make_room(bool needs_session, std::chrono::seconds pre_roll = {}) {
    auto recorder = storage::Recorder::open(
        storage::Volume::open(folder_ / "a", "a", clock_.utc()).value(), clock_,
        {.authority = "rec.example", .site = "site7"},
        {{.room = "room-1",
          .streams = {{.name = "cam-video", .source = "cam", .media = MediaKind::kVideo}}}},
        index_);
    ASSERT_TRUE(recorder.has_value()) << recorder.error().message();
    recorder_ = std::move(*recorder);
    TrackOptions track{.name = "cam-video", .source = "cam", .label = {}, .pre_roll = pre_roll};
    room_ = std::make_unique<Room>(
        RoomOptions{.room = "room-1",
                    .name = {},
                    .room_class = needs_session ? "interrogation" : "waiting",
                    .needs_session = needs_session,
                    .tracks = {std::move(track)}},
        0, *recorder_, clock_, media::RunClock(clock_));
  }

  void deliver(std::string_view text) {
    for (Sample& sample : test::video_samples(text, next_frame_)) {
      clock_.boot_ns = sample.arrival.ns;
      room_->on_sample("cam", MediaKind::kVideo, std::move(sample));
    }
    next_frame_ += std::count_if(text.begin(), text.end(), [](char c) { return c != ' '; });
  }

  Result<SessionSummary> start_session() {
    return room_->start_session(
        {.case_id = "C-1", .person = "P-1", .interrogators = {"O-1", "O-2"}, .by = "test"}, {});
  }

  // Appends what the reader is told to `seen`: "state stream I P lost found end".
  std::uint64_t watch(std::string& seen) {
    return room_->add_reader([&seen](const FeedItem& item) {
      struct Name {
        std::string operator()(const FeedState& state) const {
          return state.session.has_value() ? "session" : "no-session";
        }
        std::string operator()(const FeedStream&) const { return "stream"; }
        std::string operator()(const FeedChunk& chunk) const {
          return chunk.chunk->sync ? "I" : "P";
        }
        std::string operator()(const FeedLost& lost) const { return "lost(" + lost.cause + ")"; }
        std::string operator()(const FeedFound&) const { return "found"; }
        std::string operator()(const FeedEnd&) const { return "end"; }
      };
      seen += (seen.empty() ? "" : " ") + std::visit(Name{}, item);
    });
  }

  // The samples that stand in the log, after the recorder has stopped.
  std::uint32_t samples_in_log() {
    recorder_->stop();
    const auto bytes = storage::read_file(
        recorder_->volume().log_folder("room-1", 1) + "/tile/entries/000.part", 1 << 20);
    std::uint32_t samples = 0;
    for (const ByteView entry : evidence::read_bundle(*bytes).entries) {
      const auto view = evidence::decode_entry(entry).value();
      if (view.header.type == evidence::EntryType::kMedia) {
        samples += evidence::decode_media_body(view.body)->sample_count;
      }
    }
    return samples;
  }

  test::TempFolder folder_;
  StillClock clock_;
  NoIndex index_;
  std::unique_ptr<storage::Recorder> recorder_;
  std::unique_ptr<Room> room_;
  std::int64_t next_frame_ = 0;
};

TEST_F(RoomTest, ShowsAndRecordsNothingOfASessionRoomWithoutASession) {
  make_room(true);
  std::string seen;
  watch(seen);
  deliver("IPPP IPPP");
  EXPECT_EQ(seen, "no-session found");
  EXPECT_EQ(samples_in_log(), 0U);
}

TEST_F(RoomTest, RecordsTheWholeLastGopWhenASessionStarts) {
  make_room(true);
  std::string seen;
  watch(seen);
  deliver("IPPP IPP");
  ASSERT_TRUE(start_session().has_value());
  deliver("P");
  EXPECT_EQ(seen, "no-session found session stream I P P P");
  EXPECT_EQ(samples_in_log(), 4U);
}

TEST_F(RoomTest, RecordsThePreRollOfWholeGops) {
  make_room(true, std::chrono::seconds(1));
  for (int i = 0; i < 10; ++i) {
    deliver("IPPP PPPP PP");
  }
  ASSERT_TRUE(start_session().has_value());
  EXPECT_EQ(samples_in_log(), 30U);  // At least 25 frames, from a key frame on.
}

TEST_F(RoomTest, EndsLiveViewWithTheSession) {
  make_room(true);
  deliver("IP");
  const auto session = start_session();
  std::string seen;
  watch(seen);
  deliver("P");
  ASSERT_TRUE(room_->end_session(session->session, "test", "", {}).has_value());
  deliver("P IPP");
  EXPECT_EQ(seen, "session stream I P P end no-session");
  EXPECT_EQ(samples_in_log(), 3U);
}

TEST_F(RoomTest, GivesALateReaderTheLastGopFirst) {
  make_room(false);
  deliver("IPPP IPP");
  std::string seen;
  watch(seen);
  deliver("P");
  EXPECT_EQ(seen, "no-session stream I P P P");
}

TEST_F(RoomTest, SaysWhenTheSourceIsLostAndFound) {
  make_room(false);
  deliver("IP");
  std::string seen;
  const std::uint64_t reader = watch(seen);
  room_->on_source_ended("cam", Error(ErrorKind::kUnavailable, "connection reset"));
  deliver("......");
  deliver("IP");
  room_->remove_reader(reader);
  deliver("P");
  EXPECT_EQ(seen, "no-session stream I P lost(camera-offline) I found P");
}

TEST_F(RoomTest, RefusesASecondSessionAndNamesTheFirst) {
  make_room(true);
  const auto first = start_session();
  const auto second = start_session();
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().kind(), ErrorKind::kFailedPrecondition);
  EXPECT_THAT(second.error().message(), HasSubstr(to_string(first->session)));
}

TEST_F(RoomTest, RefusesASessionInARoomThatRecordsAlways) {
  make_room(false);
  EXPECT_EQ(start_session().error().kind(), ErrorKind::kFailedPrecondition);
}

TEST_F(RoomTest, RefusesANameInPlaceOfAPseudonym) {
  make_room(true);
  const auto refused = room_->start_session(
      {.case_id = "C-1", .person = "Zhang San", .interrogators = {"O-1"}, .by = "test"}, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message(), HasSubstr("'person'"));
}

}  // namespace
}  // namespace candor::app
