// SPDX-License-Identifier: Apache-2.0
// One file of chunks: units with their digests, seals between them, reading back.
#include "storage/write/segment_writer.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/fragment/fragmenter.h"
#include "media/fragment/init_segment.h"
#include "tests/support/stream_text.h"
#include "tests/support/temp_folder.h"
#include "tests/support/volume_slots.h"

namespace candor::storage {
namespace {

class SegmentWriterTest : public testing::Test {
 protected:
  SegmentWriterTest() {
    evidence::InitBody description;
    description.stream = make_uuid({1});
    description.path = "day/one.mp4";
    description.init_digest = evidence::sha256(init_->bytes);
    writer_.emplace(SegmentWriter::create(mirror_, description, init_).value());
  }

  // The units that are finished while the stream is written.
  std::vector<FinishedUnit> write(std::string_view text) {
    std::vector<FinishedUnit> units;
    for (Sample& sample : test::video_samples(text)) {
      const ChunkPtr chunk = fragmenter_.push(std::move(sample));
      chunks_.push_back(chunk);
      auto finished = writer_->append(chunk, false);
      if (finished.value().has_value()) {
        units.push_back(std::move(**finished));
      }
    }
    return units;
  }

  [[nodiscard]] Bytes file() const {
    return read_file(posix_files(), folder_ / "a/day/one.mp4", 1 << 20).value();
  }

  // A file that was seen to differ once is not asked again: each look has a copy of its own.
  [[nodiscard]] bool holds(const FinishedUnit& unit) {
    auto file = MirroredFile::resume(mirror_.writers(), "day/one.mp4", FileKind::kMedia,
                                     std::filesystem::file_size(folder_ / "a/day/one.mp4"));
    return file.verify(unit.spans, unit.body.fragment_digest)->wait().has_value();
  }

  test::TempFolder folder_;
  SystemClock clock_;
  Mirror mirror_{
      test::slots_of({Volume::open(folder_ / "a", "a", clock_.utc()).value()}), clock_, {}};
  InitSegmentPtr init_ = media::make_init_segment(test::h264_format()).value();
  media::Fragmenter fragmenter_{media::RunClock(UtcTime{0}, BootTime{0}), *test::h264_format(), {}};
  std::vector<ChunkPtr> chunks_;
  std::optional<SegmentWriter> writer_;
};

TEST_F(SegmentWriterTest, DigestsAUnitOverItsChunksAndOverItsSamples) {
  const std::vector<FinishedUnit> units = write("IP I");
  ASSERT_EQ(units.size(), 1U);
  Bytes fragment = chunks_[0]->bytes;
  fragment.insert(fragment.end(), chunks_[1]->bytes.begin(), chunks_[1]->bytes.end());
  Bytes digests;
  for (const std::uint8_t frame : {0, 1}) {
    const evidence::Digest digest = evidence::sha256(Bytes(4, frame));
    digests.insert(digests.end(), digest.begin(), digest.end());
  }
  const evidence::MediaBody& body = units.front().body;
  EXPECT_EQ(body.fragment_digest, evidence::sha256(fragment));
  EXPECT_EQ(body.essence_digest, evidence::sha256(digests));
  EXPECT_EQ(body.init_digest, evidence::sha256(init_->bytes));
  EXPECT_EQ(body.fragment_bytes, fragment.size());
  EXPECT_EQ(body.sample_count, 2U);
  EXPECT_EQ(body.duration, 2U * test::kFrameTicks);
  EXPECT_EQ(body.flags, evidence::kStartsWithSync);
}

TEST_F(SegmentWriterTest, AppendsEachChunkAtOnceAsItIs) {
  (void)write("IPP");
  Bytes expected = init_->bytes;
  for (const ChunkPtr& chunk : chunks_) {
    expected.insert(expected.end(), chunk->bytes.begin(), chunk->bytes.end());
  }
  EXPECT_EQ(file(), expected);
}

TEST_F(SegmentWriterTest, ReadsAUnitBackAroundTheSealThatStandsInIt) {
  (void)write("I");
  ASSERT_TRUE(writer_->append_seal(as_bytes("an entry")).has_value());
  (void)write("P");
  const auto unit = writer_->finish_unit();
  ASSERT_TRUE(unit.has_value());
  EXPECT_EQ(unit->spans.size(), 2U);
  EXPECT_TRUE(writer_->read_back(*unit)->wait().has_value());
}

TEST_F(SegmentWriterTest, NoticesEveryByteOfAUnitThatReadsBackOtherwise) {
  const FinishedUnit unit = write("IP I").front();
  const Bytes whole = file();
  for (std::size_t at = unit.offset(); at < unit.offset() + unit.body.fragment_bytes; ++at) {
    std::fstream disk(folder_ / "a/day/one.mp4", std::ios::in | std::ios::out | std::ios::binary);
    disk.seekp(static_cast<std::streamoff>(at)).put(static_cast<char>(whole[at] ^ 1)).flush();
    EXPECT_FALSE(holds(unit)) << at;
    disk.seekp(static_cast<std::streamoff>(at)).put(static_cast<char>(whole[at])).flush();
  }
  EXPECT_TRUE(holds(unit));
}

}  // namespace
}  // namespace candor::storage
