// SPDX-License-Identifier: Apache-2.0
// What a room leaves on disk, said as the string of its log.
#include "storage/write/room_recorder.h"

#include <fstream>

#include <gmock/gmock.h>

#include "media/bmff/chunk_reader.h"
#include "tests/storage_write/recorder_fixture.h"

namespace candor::storage {
namespace {

constexpr std::size_t kSealBytes = 338;

using testing::EndsWith;
using testing::SizeIs;

class RoomRecorderTest : public RecorderFixture {};

TEST_F(RoomRecorderTest, WritesAnEntryForEachFinishedUnit) {
  start();
  record("IPPP IPP IP");
  commit();
  EXPECT_EQ(log_text(), "GENESIS RECORDER(start) STREAM INIT MEDIA(4) MEDIA(3)");
}

TEST_F(RoomRecorderTest, EndsInOrderWithAGapThatTheNextStartCloses) {
  start();
  record("IPPP IPP");
  room_->stop(clock_.utc());
  commit();
  crash();
  start();
  next_frame_ += 100;
  record("IP");
  commit();
  EXPECT_THAT(log_text(), EndsWith("INIT MEDIA(4) MEDIA(3) GAP-OPEN(recorder-stop) RECORDER(stop) "
                                   "RECORDER(start) INIT GAP-CLOSE(recorder-stop)"));
}

TEST_F(RoomRecorderTest, AdoptsWholeChunksThatACrashLeftWithoutEntry) {
  start();
  record("IPPP IPP");
  commit();
  record("PP IPPP");
  crash();
  start();
  EXPECT_THAT(log_text(), EndsWith("MEDIA(4) RECORDER(recovery) MEDIA(5r) MEDIA(4r) "
                                   "GAP-OPEN(recorder-crash)"));
}

TEST_F(RoomRecorderTest, QuarantinesATornChunkAndKeepsWhatIsWhole) {
  start();
  record("IPPP IPP");
  commit();
  crash();
  const std::string segment = files("/media").front();
  const auto whole = std::filesystem::file_size(segment);
  std::ofstream(segment, std::ios::app | std::ios::binary) << "\x01\x02prft torn";

  start();

  EXPECT_EQ(std::filesystem::file_size(segment), whole);
  EXPECT_THAT(files("/quarantine"), SizeIs(1));
  EXPECT_THAT(log_text(), EndsWith("MEDIA(3r) GAP-OPEN(recorder-crash)"));
}

// Only the newest file was looked at: a power cut just after another was closed left a torn seal.
TEST_F(RoomRecorderTest, CutsATornSealOffAFileThatWasClosed) {
  start();
  record("IPPP");
  cut();
  record("IPPP IPP");
  commit();
  crash();
  const std::string closed = files("/media").front();
  const auto whole = std::filesystem::file_size(closed);
  std::filesystem::resize_file(closed, whole - 7);

  start();

  EXPECT_EQ(std::filesystem::file_size(closed), whole - kSealBytes);
  EXPECT_THAT(files("/quarantine"), SizeIs(1));
}

TEST_F(RoomRecorderTest, QuarantinesATornEntryAndGoesOn) {
  start();
  record("IPPP IPP IP");
  commit();
  crash();
  const std::string bundle = volume_.log_folder("room-1", 1) + "/tile/entries/000.part";
  std::filesystem::resize_file(bundle, std::filesystem::file_size(bundle) - 7);

  start();

  EXPECT_THAT(log_text(), EndsWith("INIT MEDIA(4) RECORDER(recovery) MEDIA(3r) MEDIA(2r) "
                                   "GAP-OPEN(recorder-crash)"));
}

TEST_F(RoomRecorderTest, DeclaresLostPacketsBetweenTheUnitsAroundThem) {
  start();
  record("IPPPxPP IP");
  commit();
  EXPECT_THAT(log_text(), EndsWith("INIT MEDIA(4) GAP-OPEN(packet-loss) GAP-CLOSE(packet-loss) "
                                   "MEDIA(2)"));
}

TEST_F(RoomRecorderTest, CutsTheFileWhereASessionBeginsAndEnds) {
  start();
  record("IPP");
  room_->open_gap(0, {.cause = "no-session", .detail = "", .at = clock_.utc()});
  open_session();
  record("IPPP");
  close_session();
  commit();
  commit();
  EXPECT_THAT(log_text(),
              EndsWith("INIT MEDIA(3) GAP-OPEN(no-session) SESSION-OPEN INIT "
                       "GAP-CLOSE(no-session) MEDIA(4) SESSION-CLOSE GAP-OPEN(no-session)"));
  EXPECT_THAT(files("/media"), SizeIs(2));
}

TEST_F(RoomRecorderTest, GoesOnWithAnOpenSessionAfterACrash) {
  start();
  open_session();
  const Uuid session = session_;
  record("IPPP IP");
  commit();
  crash();
  start();
  ASSERT_TRUE(room_->log().state().open_session().has_value());
  EXPECT_EQ(room_->log().state().open_session()->session, session);
}

TEST_F(RoomRecorderTest, SealsEachUnitWithTheEntryThatTheLogHolds) {
  start();
  record("IPPP IPP IP");
  commit();
  const Bytes file = read_file(posix_files(), files("/media").front(), 1 << 20).value();
  std::string boxes;
  for (std::size_t at = init_->bytes.size(); at < file.size();) {
    const ByteView rest = ByteView(file).subspan(at);
    if (const auto chunk = bmff::read_chunk(rest); chunk.has_value()) {
      boxes += chunk->sync ? "I" : "P";
      at += chunk->bytes;
      continue;
    }
    const auto seal = bmff::read_seal(rest);
    ASSERT_TRUE(seal.has_value());
    EXPECT_EQ(*seal, 338U);
    boxes += "s";
    at += *seal;
  }
  EXPECT_EQ(boxes, "IPPPIPPIPss");
}

TEST_F(RoomRecorderTest, CarriesOnOverBundlesOf256Entries) {
  start();
  for (int i = 0; i < 600; ++i) {
    record("IP");
  }
  commit();
  crash();
  start();
  EXPECT_GT(room_->log().state().size(), 600U);
  EXPECT_TRUE(std::filesystem::exists(volume_.log_folder("room-1", 1) + "/tile/entries/001"));
}

}  // namespace
}  // namespace candor::storage
