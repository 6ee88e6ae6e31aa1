// SPDX-License-Identifier: Apache-2.0
// A room between a source and a real recorder: what live readers see and what stands in the log, as
// strings.
#include "app/capture/room.h"

#include <future>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/app/room_fixture.h"

namespace candor::app {
namespace {

using testing::HasSubstr;

class RoomTest : public RoomFixture {};

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

// The camera was given another resolution: a browser played the new frames with the old init.
TEST_F(RoomTest, EndsAChannelBeforeItShowsAnotherFormat) {
  make_room(false);
  std::string seen;
  watch(seen);
  deliver("IP");
  auto format = std::make_shared<MediaFormat>(*test::h264_format());
  format->width = 640;
  for (Sample& sample : test::video_samples("IP", next_frame_)) {
    sample.format = format;
    room_->on_sample("cam", MediaKind::kVideo, std::move(sample));
  }
  EXPECT_EQ(seen, "no-session stream I found P end stream I P");
}

TEST_F(RoomTest, NeverShowsAViewerWhatTheRecorderRefused) {
  queue_bytes_ = 1;
  make_room(false);
  std::string seen;
  watch(seen);
  deliver("IPPP IPP");
  std::string late;
  watch(late);
  EXPECT_EQ(seen, "no-session found");
  EXPECT_EQ(late, "no-session");
  EXPECT_EQ(samples_in_log(), 0U);
  EXPECT_THAT(log_text_, HasSubstr("GAP-OPEN(overload-drop)"));
}

TEST_F(RoomTest, WithoutQuotaAContinuousRoomIsShownAndNotRecorded) {
  make_room(false);
  deliver("IPP");
  room_->set_quota_used_up(true);
  std::string seen;
  watch(seen);

  deliver("IPP");
  room_->set_quota_used_up(false);
  deliver("P IPP");

  EXPECT_THAT(seen, testing::EndsWith("I P P P I P P"));
  EXPECT_LE(samples_in_log(), 6U);
  EXPECT_THAT(log_text_, HasSubstr("GAP-OPEN(disk-full) INIT GAP-CLOSE(disk-full)"));
}

TEST_F(RoomTest, AnotherCauseTakesOverFromTheQuotaAndGivesItBack) {
  make_room(false);
  deliver("IPP");
  room_->set_quota_used_up(true);
  deliver("IPP");
  room_->on_source_ended("cam", Error(ErrorKind::kUnavailable, "gone"));
  deliver("IPP");

  samples_in_log();
  EXPECT_THAT(log_text_, HasSubstr("GAP-OPEN(disk-full) GAP-CLOSE(disk-full) "
                                   "GAP-OPEN(camera-offline) GAP-CLOSE(camera-offline) "
                                   "GAP-OPEN(disk-full)"));
}

TEST_F(RoomTest, TheQuotaOfContinuousRoomsIsNotASessionRooms) {
  make_room(true);
  room_->set_quota_used_up(true);
  ASSERT_TRUE(start_session().has_value());
  deliver("IPPP");

  EXPECT_GT(samples_in_log(), 0U);
  EXPECT_THAT(log_text_, testing::Not(HasSubstr("disk-full")));
}

TEST_F(RoomTest, IsRecordingOnlyWhileNoGapIsOpen) {
  make_room(false);
  deliver("IPPP");
  storage::StreamProgress stream;
  stream.recorded_to = clock_.utc();
  room_->tick({.room = "room-1", .streams = {stream}});
  EXPECT_EQ(room_->status().state, RoomState::kRecording);
  stream.gap = "camera-offline";
  room_->tick({.room = "room-1", .streams = {stream}});
  EXPECT_NE(room_->status().state, RoomState::kRecording);
}

TEST_F(RoomTest, LosesATrackThatGivesNothingForThreeSeconds) {
  make_room(false);
  deliver("IP");
  std::string seen;
  watch(seen);
  clock_.boot_ns += 2'900'000'000;
  room_->tick({.room = "room-1", .streams = {{}}});
  EXPECT_EQ(seen, "no-session stream I P");
  clock_.boot_ns += 200'000'000;
  room_->tick({.room = "room-1", .streams = {{}}});
  EXPECT_THAT(seen, HasSubstr("lost(camera-stalled)"));
}

TEST_F(RoomTest, WasSeenAsRecordingForTwoSecondsAfterItsCameraWasLost) {
  make_room(false);
  deliver("IP");
  storage::RoomProgress fresh{.room = "room-1", .streams = {{}}};
  fresh.streams[0].recorded_to = clock_.utc();
  room_->tick(fresh);
  EXPECT_EQ(room_->status().state, RoomState::kRecording);
  room_->on_source_ended("cam", Error(ErrorKind::kUnavailable, "connection reset"));
  room_->tick(fresh);
  EXPECT_EQ(room_->status().state, RoomState::kInterrupted);
  deliver("IP");
  room_->tick(fresh);
  EXPECT_EQ(room_->status().state, RoomState::kRecording);
}

TEST_F(RoomTest, ShowsASubstreamAndRecordsNothingOfIt) {
  has_substream_ = true;
  make_room(false);
  std::string seen;
  watch(seen);
  deliver("IPP", "cam-sub");
  EXPECT_EQ(seen, "no-session stream I found P P");
  EXPECT_EQ(room_->status().tracks[1].is_substream, true);
  EXPECT_EQ(samples_in_log(), 0U);
}

TEST_F(RoomTest, ShowsNoSubstreamWithoutASession) {
  has_substream_ = true;
  make_room(true);
  std::string seen;
  watch(seen);
  deliver("IPP", "cam-sub");
  EXPECT_EQ(seen, "no-session found");
}

TEST_F(RoomTest, ALostSubstreamIsNoInterruptedRecording) {
  has_substream_ = true;
  make_room(false);
  deliver("IP");
  storage::RoomProgress fresh{.room = "room-1", .streams = {{}}};
  fresh.streams[0].recorded_to = clock_.utc();
  room_->tick(fresh);
  EXPECT_EQ(room_->status().state, RoomState::kRecording);
}

TEST_F(RoomTest, ANewPictureSizeLosesNoFrameAndIsNoGap) {
  make_room(false);
  std::string seen;
  watch(seen);
  auto larger = std::make_shared<MediaFormat>(*test::h264_format());
  larger->width = 640;
  deliver("IPPP");
  deliver("IPPP", "cam", larger);
  EXPECT_EQ(seen, "no-session stream I found P P P end stream I P P P");
  EXPECT_EQ(samples_in_log(), 8U);
  EXPECT_THAT(log_text_, HasSubstr("INIT MEDIA INIT MEDIA GAP-OPEN(recorder-stop)"));
}

}  // namespace
}  // namespace candor::app
