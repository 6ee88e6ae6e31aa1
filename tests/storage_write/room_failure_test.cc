// SPDX-License-Identifier: Apache-2.0
// What a failing disk leaves in a room's log: every frame is vouched for, or a gap says that it is
// missing.
#include <csignal>
#include <fstream>
#include <sys/resource.h>

#include <gmock/gmock.h>

#include "tests/storage_write/recorder_fixture.h"

namespace candor::storage {
namespace {

using test::FileOp;
using testing::EndsWith;
using testing::HasSubstr;
using testing::SizeIs;

class RoomFailureTest : public RecorderFixture {
 protected:
  // The process may write no file longer than this.
  class LargestFile {
   public:
    explicit LargestFile(std::uintmax_t bytes) : signal_(std::signal(SIGXFSZ, SIG_IGN)) {
      ::getrlimit(RLIMIT_FSIZE, &before_);
      rlimit limit = before_;
      limit.rlim_cur = bytes;
      ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~LargestFile() {
      ::setrlimit(RLIMIT_FSIZE, &before_);
      std::signal(SIGXFSZ, signal_);
    }
    LargestFile(const LargestFile&) = delete;
    LargestFile& operator=(const LargestFile&) = delete;

   private:
    void (*signal_)(int);
    rlimit before_{};
  };

  // Changes one byte in the middle of the newest file.
  void spoil_newest_file() const {
    const std::string path = files("/media").back();
    Bytes bytes = read_file(posix_files(), path, 1 << 20).value();
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const std::size_t at = init_->bytes.size() + 140;
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(bytes[at] ^ 0xFF));
  }
};

TEST_F(RoomFailureTest, DeclaresTheUnitsOfAFileWhoseSyncFailed) {
  start();
  record("IPPP IPP");
  disk_.fail(FileOp::kSync, "/media/");
  commit();
  disk_.heal();
  record("PP IPP IP");
  commit();
  EXPECT_THAT(log_text(),
              EndsWith("INIT GAP-OPEN(disk-error) GAP-CLOSE(disk-error) GAP-OPEN(disk-error) "
                       "GAP-CLOSE(disk-error) GAP-OPEN(disk-error) INIT GAP-CLOSE(disk-error) "
                       "MEDIA(3)"));
  EXPECT_EQ(gap_text(), "disk-error[4] disk-error[3] disk-error[2]");
  EXPECT_EQ(room_->failed_files(), 1U);
}

// The file was cut within the second: its last units vanished without an entry.
TEST_F(RoomFailureTest, DeclaresTheUnitsOfAFileThatWasCutBeforeItsSyncFailed) {
  start();
  record("IPPP IPP");
  disk_.fail(FileOp::kSync, "/0000000001-");
  cut();
  record("IPP IP");
  commit();
  EXPECT_EQ(gap_text(), "disk-error[4] disk-error[3]");
  EXPECT_THAT(log_text(), EndsWith("INIT MEDIA(3)"));
}

// Killed before the next file began: the units that the log had called lost were adopted.
TEST_F(RoomFailureTest, DoesNotTakeBackAfterACrashWhatItHasCalledLost) {
  start();
  record("IPPP IPP");
  disk_.fail(FileOp::kSync, "/media/");
  commit();
  commit();
  crash();
  disk_.heal();
  start();
  next_frame_ += 10;
  record("IPP I");
  commit();
  EXPECT_THAT(log_text(), EndsWith("GAP-OPEN(disk-error) RECORDER(recovery) INIT "
                                   "GAP-CLOSE(disk-error) MEDIA(3)"));
  EXPECT_EQ(gap_text(), "disk-error[4] disk-error[3] disk-error[10]");
}

TEST_F(RoomFailureTest, NeverTriesAFailedSyncAgain) {
  start();
  record("IPPP IPP");
  disk_.fail(FileOp::kSync, "/media/");
  commit();
  commit();
  commit();
  EXPECT_EQ(disk_.refused(), 1);
}

TEST_F(RoomFailureTest, VouchesForNothingThatReadsBackOtherwise) {
  start();
  record("IPPP IPP");
  spoil_newest_file();
  commit();
  record("PP IPP IP");
  commit();
  EXPECT_THAT(log_text(), HasSubstr("INIT RECORDER(fault) GAP-OPEN(disk-error) "
                                    "GAP-CLOSE(disk-error)"));
  EXPECT_THAT(log_text(), EndsWith("INIT GAP-CLOSE(disk-error) MEDIA(3)"));
  EXPECT_EQ(gap_text(), "disk-error[4] disk-error[3] disk-error[2]");
}

// The unit before the chunk that did not fit was in the file and in no entry.
TEST_F(RoomFailureTest, KeepsTheUnitBeforeTheChunkThatFoundTheDiskFull) {
  padding_ = 5000;
  start();
  record("IPPP IPP");
  {
    const LargestFile limit(std::filesystem::file_size(files("/media").front()) + 100);
    record("I");
    commit();
  }
  EXPECT_THAT(log_text(), EndsWith("INIT MEDIA(4) MEDIA(3) GAP-OPEN(disk-full)"));
  record("P IPP IP");
  commit();
  EXPECT_EQ(gap_text(), "disk-full[2]");
}

TEST_F(RoomFailureTest, LeavesNoEmptyFilesOnAFullDisk) {
  padding_ = 5000;
  start();
  record("IPPP");
  cut();
  {
    const LargestFile limit(init_->bytes.size() - 1);
    std::vector<Sample> samples = test::video_samples("I", next_frame_);
    const ChunkPtr chunk = fragmenter_->push(std::move(samples.front()));
    // The log cannot be written either: only the file is looked at.
    (void)room_->append(0, {.chunk = chunk, .init = init_, .session = {}, .starts_segment = true});
  }
  EXPECT_THAT(files("/media"), SizeIs(1));
}

TEST_F(RoomFailureTest, SaysThatTheVolumeMustBeRetiredWhenAFolderCannotBeSynced) {
  start();
  record("IPPP");
  disk_.fail(FileOp::kSyncFolder, "/media/");
  std::vector<Sample> samples = test::video_samples("I", 4);
  const ChunkPtr chunk = fragmenter_->push(std::move(samples.front()));
  const auto appended =
      room_->append(0, {.chunk = chunk, .init = init_, .session = {}, .starts_segment = true});
  ASSERT_FALSE(appended.has_value());
  EXPECT_EQ(appended.error().kind(), ErrorKind::kFailedPrecondition);
}

}  // namespace
}  // namespace candor::storage
