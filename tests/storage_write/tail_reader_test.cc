// SPDX-License-Identifier: Apache-2.0
// What a crash left at the end of a file, at every place where it can have been cut.
#include "storage/write/tail_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/bmff/chunk_writer.h"
#include "media/fragment/fragmenter.h"
#include "storage/write/append_file.h"
#include "tests/support/failing_files.h"
#include "tests/support/stream_text.h"
#include "tests/support/temp_folder.h"

namespace candor::storage {
namespace {

class TailReaderTest : public testing::Test {
 protected:
  TailReaderTest() {
    segment_.init_len = 4;
    segment_.timescale = 90'000;
    file_ = {'i', 'n', 'i', 't'};
  }

  void add_frame(std::size_t bytes) { add(ends_.empty() ? "I" : "P", bytes); }

  void add(std::string_view text, std::size_t bytes = 4) {
    for (Sample& sample : test::video_samples(text, static_cast<std::int64_t>(ends_.size()))) {
      sample.data.resize(bytes, 0xAB);
      const ChunkPtr chunk = fragmenter_.push(std::move(sample));
      file_.insert(file_.end(), chunk->bytes.begin(), chunk->bytes.end());
      chunk_bytes_ += chunk->bytes.size();
      ends_.push_back(file_.size());
    }
  }

  [[nodiscard]] Result<Tail> read(std::uint64_t logged_bytes) const {
    EXPECT_TRUE(replace_file(posix_files(), folder_ / "one", file_).has_value());
    return read_tail(posix_files(), folder_ / "one", segment_, logged_bytes);
  }

  // Frames of each unit: "4 3".
  static std::string units(const Tail& tail) {
    std::string text;
    for (const TailUnit& unit : tail.units) {
      text += (text.empty() ? "" : " ") + std::to_string(unit.body.sample_count);
    }
    return text;
  }

  test::TempFolder folder_;
  evidence::InitBody segment_;
  media::Fragmenter fragmenter_{media::RunClock(UtcTime{0}, BootTime{0}), *test::h264_format(), {}};
  Bytes file_;
  std::uint64_t chunk_bytes_ = 0;
  std::vector<std::size_t> ends_;
};

TEST_F(TailReaderTest, GathersChunksIntoUnitsAtKeyFrames) {
  add("IPPP IPP");
  const auto tail = read(0);
  ASSERT_TRUE(tail.has_value());
  EXPECT_EQ(units(*tail), "4 3");
  EXPECT_EQ(tail->torn_bytes, 0U);
}

TEST_F(TailReaderTest, GivesOnlyWhatHasNoEntry) {
  add("IPPP");
  const std::uint64_t logged = chunk_bytes_;
  const Bytes seal = bmff::write_seal(as_bytes("an entry"));
  file_.insert(file_.end(), seal.begin(), seal.end());
  add("IPP");
  const auto tail = read(logged);
  ASSERT_TRUE(tail.has_value());
  EXPECT_EQ(units(*tail), "3");
}

TEST_F(TailReaderTest, KeepsEveryWholeChunkWhereverTheLastOneWasCut) {
  add("IPP");
  const Bytes whole = file_;
  for (std::size_t size = ends_[1]; size < whole.size(); ++size) {
    file_.assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const auto tail = read(0);
    ASSERT_TRUE(tail.has_value()) << size;
    EXPECT_EQ(units(*tail), "2") << size;
    EXPECT_EQ(tail->torn_bytes, size - ends_[1]) << size;
  }
}

TEST_F(TailReaderTest, TakesZerosBehindTheLastChunkForTorn) {
  add("IPP");
  file_.resize(file_.size() + 4096);
  const auto tail = read(0);
  ASSERT_TRUE(tail.has_value());
  EXPECT_EQ(units(*tail), "3");
  EXPECT_EQ(tail->torn_bytes, 4096U);
}

// The boxes were whole, the picture in one of them was zeros, and an entry vouched for it.
TEST_F(TailReaderTest, TakesAChunkOfWhichASectorWasLostForTorn) {
  for (int frame = 0; frame < 3; ++frame) {
    add_frame(2000);
  }
  std::fill_n(file_.begin() + static_cast<std::ptrdiff_t>(ends_[0] / 512 * 512 + 1024), 512, 0);
  const auto tail = read(0);
  ASSERT_TRUE(tail.has_value());
  EXPECT_EQ(units(*tail), "1");
  EXPECT_EQ(tail->torn_bytes, file_.size() - ends_[0]);
}

// Its header was whole and its signature zeros: it stayed in the file, and was no proof of
// anything.
TEST_F(TailReaderTest, TakesASealOfWhichASectorWasLostForTorn) {
  add("IPPP");
  const std::uint64_t logged = chunk_bytes_;
  const std::size_t begin = file_.size();
  const Bytes seal = bmff::write_seal(as_bytes(std::string(2000, 'x')));
  file_.insert(file_.end(), seal.begin(), seal.end());
  add("IPP");
  std::fill_n(file_.begin() + static_cast<std::ptrdiff_t>(begin / 512 * 512 + 1024), 512, 0);
  const auto tail = read(logged);
  ASSERT_TRUE(tail.has_value());
  EXPECT_EQ(units(*tail), "");
  EXPECT_EQ(tail->torn_bytes, file_.size() - begin);
}

// After a kill the units stood in memory only: their entries outlived them in the next power cut.
TEST_F(TailReaderTest, AdoptsNothingThatIsNotDurable) {
  add("IPPP");
  test::FailingFiles disk;
  ASSERT_TRUE(replace_file(disk, folder_ / "one", file_).has_value());
  disk.fail(test::FileOp::kSync, "one");
  const auto tail = read_tail(disk, folder_ / "one", segment_, 0);
  ASSERT_FALSE(tail.has_value());
  EXPECT_EQ(disk.refused(), 1);
}

TEST_F(TailReaderTest, RefusesAFileThatHoldsLessThanTheLogSays) {
  add("IPP");
  const auto tail = read(chunk_bytes_ + 1);
  ASSERT_FALSE(tail.has_value());
  EXPECT_EQ(tail.error().kind(), ErrorKind::kDataLoss);
}

// A flipped bit put a chunk into the year 100,000: adding its length would pass the largest number.
TEST_F(TailReaderTest, TakesAChunkOfAnImpossibleTimeForTorn) {
  add("IPP");
  constexpr std::size_t kTfdtAt = 92;  // prft 32, moof 8, mfhd 16, traf 8, tfhd 16, tfdt 12.
  for (const std::uint8_t first : {0x7F, 0xFF}) {
    file_[ends_[1] + kTfdtAt] = first;
    const auto tail = read(0);
    ASSERT_TRUE(tail.has_value());
    EXPECT_EQ(units(*tail), "2");
  }
}

}  // namespace
}  // namespace candor::storage
