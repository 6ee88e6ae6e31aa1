// SPDX-License-Identifier: Apache-2.0
// Gaps as a room's log tells them: which cause, from where, to where.
#include <gmock/gmock.h>

#include "tests/storage_write/recorder_fixture.h"

namespace candor::storage {
namespace {

using testing::EndsWith;

class RoomGapTest : public RecorderFixture {
 protected:
  [[nodiscard]] UtcTime at_frame(std::int64_t frame) const {
    return {kStart + frame * test::kFrameNs};
  }

  // The process died before this entry was whole.
  void drop_last_entry() const {
    std::vector<Bytes> entries = log_entries();
    entries.pop_back();
    Bytes bundle;
    for (const Bytes& entry : entries) {
      evidence::append_framed(bundle, entry);
    }
    const std::string path = volume_.log_folder("room-1", 1) + "/tile/entries/000.part";
    ASSERT_TRUE(replace_file(posix_files(), path, bundle).has_value());
  }

  // The camera comes back with another clock rate: times go on in other ticks.
  void change_timescale(std::uint32_t timescale) {
    auto format = std::make_shared<MediaFormat>(*test::h264_format());
    format->timescale = timescale;
    init_ = media::make_init_segment(format).value();
    fragmenter_.emplace(media::RunClock(UtcTime{kStart}, BootTime{0}), *format,
                        media::FragmenterOptions{});
    fragmenter_->not_before(ns_to_ticks(room_->recorded_end(0).ns, timescale) + 1);
    cut();
  }

  void record_in(std::uint32_t timescale, std::string_view text) {
    for (Sample& sample : test::video_samples(text, next_frame_)) {
      sample.source_ticks = sample.source_ticks * timescale / 90'000;
      const ChunkPtr chunk = fragmenter_->push(std::move(sample));
      ASSERT_TRUE(room_
                      ->append(0, {.chunk = chunk,
                                   .init = init_,
                                   .session = {},
                                   .starts_segment = std::exchange(must_cut_, false)})
                      .has_value());
      ++next_frame_;
    }
  }
};

// The gap was told in the old ticks: it began in the year 2083.
TEST_F(RoomGapTest, CountsInTheNewTicksWhenTheTimescaleChanges) {
  start();
  record("IPPP IPP");
  change_timescale(45'000);
  record_in(45'000, "IPP I");
  commit();
  EXPECT_EQ(gap_text(), "encoder-restart[0]");
  EXPECT_THAT(log_text(), EndsWith("INIT GAP-OPEN(encoder-restart) GAP-CLOSE(encoder-restart) "
                                   "MEDIA(3)"));
}

TEST_F(RoomGapTest, CountsInTheNewTicksWhenTheTimescaleChangesWhileAGapIsOpen) {
  start();
  record("IPPP IPP");
  room_->open_gap(0, {.cause = "camera-offline", .detail = "", .at = at_frame(next_frame_)});
  commit();
  next_frame_ += 10;
  change_timescale(45'000);
  record_in(45'000, "IPP I");
  commit();
  EXPECT_EQ(gap_text(), "camera-offline[10]");
}

TEST_F(RoomGapTest, LetsASecondCauseBeginWhereTheFirstEnds) {
  start();
  record("IPPP");
  room_->open_gap(0, {.cause = "camera-offline", .detail = "", .at = at_frame(4)});
  room_->open_gap(0, {.cause = "camera-offline", .detail = "again", .at = at_frame(9)});
  room_->open_gap(0, {.cause = "overload-drop", .detail = "", .at = at_frame(14)});
  next_frame_ = 16;
  record("IPP I");
  commit();
  EXPECT_EQ(gap_text(), "camera-offline[10] overload-drop[2]");
}

// Two gaps stood over each other: that of the camera and that of the pause, from the same frame on.
TEST_F(RoomGapTest, BeginsThePauseWhereASessionsLastGapEnds) {
  start();
  open_session();
  record("IPPP");
  room_->open_gap(0, {.cause = "camera-offline", .detail = "", .at = at_frame(4)});
  next_frame_ = 14;
  close_session();
  next_frame_ = 64;
  open_session();
  record("IPP I");
  commit();
  EXPECT_EQ(gap_text(), "camera-offline[10] no-session[50]");
}

// The program was killed between the first INIT of a stream and the end of the gap before it.
TEST_F(RoomGapTest, ReadsAGapThatWasOpenedBeforeTheFirstFormatWasKnown) {
  start();
  room_->open_gap(0, {.cause = "camera-offline", .detail = "", .at = at_frame(0)});
  commit();
  next_frame_ = 10;
  change_timescale(45'000);
  record_in(45'000, "I");
  crash();
  ASSERT_THAT(log_text(), EndsWith("INIT GAP-CLOSE(camera-offline)"));
  drop_last_entry();
  start();
  EXPECT_EQ(gap_text(), "camera-offline[10]");
  EXPECT_THAT(log_text(), EndsWith("INIT RECORDER(recovery) GAP-CLOSE(camera-offline) MEDIA(1r) "
                                   "GAP-OPEN(recorder-crash)"));
}

// The gap was told twice: by the run that died and by the one that found its chunk.
TEST_F(RoomGapTest, TellsAGapOnceWhenItsFirstChunkIsFoundAfterACrash) {
  start();
  record("IPPP");
  room_->open_gap(0, {.cause = "camera-offline", .detail = "", .at = at_frame(4)});
  commit();
  next_frame_ += 10;
  record("IP");
  crash();
  ASSERT_THAT(log_text(), EndsWith("INIT GAP-CLOSE(camera-offline)"));
  start();
  EXPECT_EQ(gap_text(), "camera-offline[10]");
  EXPECT_THAT(log_text(), EndsWith("RECORDER(recovery) MEDIA(2r) GAP-OPEN(recorder-crash)"));
}

TEST_F(RoomGapTest, ClosesAGapOfALostCameraWhenTheSessionEnds) {
  start();
  open_session();
  room_->open_gap(0, {.cause = "camera-offline", .detail = "", .at = at_frame(0)});
  next_frame_ = 25;
  close_session();
  commit();
  EXPECT_EQ(gap_text(), "camera-offline[25]");
  EXPECT_THAT(log_text(), EndsWith("GAP-OPEN(camera-offline) GAP-CLOSE(camera-offline) "
                                   "SESSION-CLOSE GAP-OPEN(no-session)"));
}

// A camera answered in GBK: the gap's entry could not be read again, and the program stopped.
TEST_F(RoomGapTest, GoesOnWhateverACameraSays) {
  start();
  room_->open_gap(0,
                  {.cause = "camera-offline",
                   .detail = "answers 'RTSP/1.0 404 \xD5\xD5\xCF\xFF" + std::string(90'000, '\x01'),
                   .at = at_frame(0)});
  commit();
  EXPECT_THAT(log_text(), EndsWith("GAP-OPEN(camera-offline)"));
  crash();
  start();
}

}  // namespace
}  // namespace candor::storage
