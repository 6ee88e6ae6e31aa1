// SPDX-License-Identifier: Apache-2.0
#include "retrieve/virtual_file.h"

#include <algorithm>
#include <random>

#include <gmock/gmock.h>

#include "core/big_endian.h"
#include "evidence/digest.h"
#include "media/bmff/chunk_reader.h"
#include "tests/retrieve/clip_fixture.h"

namespace candor::retrieve {
namespace {

using testing::HasSubstr;

class VirtualFileTest : public ClipFixture {};

TEST_F(VirtualFileTest, StartsItsTimeAtTheInstantAsked) {
  start_room();
  record_seconds(20);
  end_recording();

  const test::DemuxedFile file = play(7, 15);

  const auto zero = std::find_if(file.samples.begin(), file.samples.end(),
                                 [](const auto& sample) { return sample.seconds > -0.001; });
  ASSERT_NE(zero, file.samples.end());
  EXPECT_NEAR(zero->seconds, 0, 0.001);
  EXPECT_EQ(clip_frame(*zero), 7 * kFramesPerSecond);
  EXPECT_TRUE(file.samples.front().is_key);
  EXPECT_NEAR(file.samples.front().seconds, -1, 0.001);  // The key frame at 6 s, hidden.
  EXPECT_NEAR(file.samples.back().seconds, 7.96, 0.001);
  EXPECT_NEAR(file.start_seconds + file.duration_seconds, 8, 0.05);
}

TEST_F(VirtualFileTest, HoldsEverySampleUnchangedAndInOrder) {
  start_room();
  record_seconds(20);
  end_recording();

  const test::DemuxedFile file = play(0, 20);

  ASSERT_EQ(file.samples.size(), 500U);
  for (std::size_t i = 0; i < file.samples.size(); ++i) {
    ASSERT_EQ(file.samples[i].data, test::test_clip().samples[i].data) << i;
    ASSERT_NEAR(file.samples[i].seconds, static_cast<double>(i) * 0.04, 0.001);
  }
}

TEST_F(VirtualFileTest, KeepsTheLengthOfAGap) {
  start_room();
  record_seconds(8);
  miss_seconds(30);
  record_seconds(8);
  end_recording();

  const test::DemuxedFile file = play(1, 46);

  EXPECT_NEAR(file.start_seconds + file.duration_seconds, 45, 0.05);
  const auto after =
      std::adjacent_find(file.samples.begin(), file.samples.end(),
                         [](const auto& a, const auto& b) { return b.seconds - a.seconds > 1; });
  ASSERT_NE(after, file.samples.end());
  EXPECT_NEAR(after->seconds, 7 - 0.04, 0.001);
  EXPECT_NEAR((after + 1)->seconds, 37, 0.001);
}

TEST_F(VirtualFileTest, BeginsLaterWhenNothingIsThereAtTheInstantAsked) {
  start_room();
  record_seconds(4);
  end_recording();
  VirtualFile answer = open(-5, 4).value();

  const test::DemuxedFile file = play(-5, 4);

  EXPECT_NEAR(file.samples.front().seconds, 5, 0.001);
  EXPECT_EQ(answer.covered_from(), at(0));
  EXPECT_EQ(answer.covered_to(), at(4));
}

TEST_F(VirtualFileTest, StartsWithItsMediaWhenAskedTo) {
  start_room();
  record_seconds(4);
  end_recording();
  auto catalogue = storage::Catalogue::open(index_path()).value();

  const RangePlan plan = plan_range(catalogue, {.stream = room_->stream_id(0),
                                                .from = at(-100'000),
                                                .to = at(4),
                                                .starts_with_media = true})
                             .value();

  EXPECT_EQ(plan.base, plan.units.front().decode_time);
  EXPECT_EQ(plan.media_time, 0);
  EXPECT_EQ(plan.covered_from, at(0));
}

TEST_F(VirtualFileTest, LetsAPlayerSeek) {
  start_room();
  record_seconds(20);
  end_recording();

  const test::DemuxedFile file = play(1, 20, 10);

  // libavformat takes the edit list off twice and may land one key frame earlier than it could.
  const test::DemuxedSample& landed = file.samples.front();
  EXPECT_TRUE(landed.is_key);
  EXPECT_LE(landed.seconds, 10);
  EXPECT_GE(landed.seconds, 10 - 2 * 2);
  EXPECT_EQ(clip_frame(landed), (landed.seconds + 1) * kFramesPerSecond);
}

// "sidx: moof free mdat | moof ...": the boxes of the answer, '|' where a reference of its sidx
// ends.
std::string outline(const Bytes& file) {
  std::string text;
  std::vector<std::uint64_t> ends;
  bmff::BoxReader reader(file);
  while (const auto box = reader.next().value()) {
    if (box->type == bmff::fourcc("sidx")) {
      std::uint64_t end = box->end();
      for (std::size_t at = box->offset + 40; at < box->end(); at += 12) {
        ends.push_back(end += get_be<std::uint32_t>(&file[at]));
      }
    }
    text += (text.empty() ? "" : " ") + bmff::fourcc_text(box->type);
    text += std::ranges::find(ends, box->end()) != ends.end() ? " |" : "";
  }
  return text;
}

TEST_F(VirtualFileTest, HasOneFragmentForEachReferenceOfItsIndex) {
  start_room();
  record_seconds(9);
  end_recording();
  VirtualFile file = open(1, 7).value();

  EXPECT_EQ(outline(read_all(file)),
            "ftyp moov sidx moof free mdat | moof free mdat | moof free mdat | moof free mdat |");
}

TEST_F(VirtualFileTest, GivesTheSameBytesWhateverPartIsRead) {
  start_room();
  record_seconds(14);
  end_recording();
  VirtualFile file = open(3, 12).value();
  const Bytes whole = read_all(file);
  std::mt19937_64 random(7);

  for (int i = 0; i < 200; ++i) {
    const std::uint64_t offset = random() % file.size();
    Bytes part(random() % 100'000);
    const std::size_t got = file.read_at(offset, part).value();
    part.resize(got);
    ASSERT_TRUE(
        std::equal(part.begin(), part.end(), whole.begin() + static_cast<std::ptrdiff_t>(offset)));
    ASSERT_TRUE(got > 0);
  }
  Bytes beyond(10);
  EXPECT_EQ(file.read_at(file.size(), beyond).value(), 0U);
}

TEST_F(VirtualFileTest, NeverChangesOnceItsEndIsRecorded) {
  start_room();
  record_seconds(10);
  VirtualFile before = open(2, 7.5).value();
  const Bytes bytes = read_all(before);
  record_seconds(10);
  end_recording();

  VirtualFile after = open(2, 7.5).value();

  EXPECT_EQ(after.etag(), before.etag());
  EXPECT_EQ(read_all(after), bytes);
}

TEST_F(VirtualFileTest, HasAnotherEtagForAnotherRange) {
  start_room();
  record_seconds(10);
  end_recording();

  EXPECT_NE(open(2, 7).value().etag(), open(2.04, 7).value().etag());
  EXPECT_NE(open(2, 7).value().etag(), open(2, 8.5).value().etag());
  EXPECT_NE(open(2, 7).value().etag(), open(2, 7, true).value().etag());
  EXPECT_THAT(open(2, 7).value().etag(), testing::MatchesRegex("\"[0-9a-f]{32}\""));
}

TEST_F(VirtualFileTest, CoversUpToAChangeOfFormat) {
  start_room();
  record_seconds(6);
  room_->open_gap(0, {.cause = "encoder-restart", .detail = "", .at = at(6)});
  auto other = *init_->format;
  other.codec_config[3] ^= 1;  // Another level: another init segment.
  init_ = media::make_init_segment(std::make_shared<const MediaFormat>(other)).value();
  record_seconds(6);
  end_recording();

  const VirtualFile file = open(1, 12).value();

  EXPECT_EQ(file.covered_to(), at(6));
  EXPECT_EQ(open(6, 12).value().covered_from(), at(6));
}

// The chunks of a media file one after another, without seals.
Bytes chunks_of(const std::string& path, std::size_t init_bytes) {
  const Bytes file = storage::read_file(storage::posix_files(), path, 1 << 30).value();
  Bytes chunks;
  ByteView rest = ByteView(file).subspan(init_bytes);
  while (!rest.empty()) {
    if (const auto seal = bmff::read_seal(rest); seal.has_value()) {
      rest = rest.subspan(*seal);
      continue;
    }
    const std::size_t size = bmff::read_chunk(rest).value().bytes;
    chunks.insert(chunks.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
    rest = rest.subspan(size);
  }
  return chunks;
}

TEST_F(VirtualFileTest, GivesRecordedBytesUntouchedWhenTheOriginalIsAsked) {
  start_room();
  record_seconds(20);
  end_recording();
  Bytes recorded = init_->bytes;
  for (const std::string& path : files("/media")) {
    const Bytes chunks = chunks_of(path, init_->bytes.size());
    recorded.insert(recorded.end(), chunks.begin(), chunks.end());
  }

  VirtualFile file = open(0, 20, true).value();

  EXPECT_EQ(read_all(file), recorded);
}

TEST_F(VirtualFileTest, RefusesRangesItCannotAnswer) {
  start_room();
  record_seconds(4);
  end_recording();

  EXPECT_EQ(open(100, 200).error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(open(3, 3).error().kind(), ErrorKind::kInvalidArgument);
  EXPECT_EQ(open(-100'000, 3).error().kind(), ErrorKind::kInvalidArgument);
}

TEST_F(VirtualFileTest, TellsOfADamagedMediaFile) {
  start_room();
  record_seconds(6);
  end_recording();
  VirtualFile file = open(0, 6).value();
  std::filesystem::resize_file(files("/media").front(), 20'000);
  VirtualFile again = open(0, 6).value();
  Bytes bytes(again.size());

  const auto read = again.read_at(0, bytes);

  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().kind(), ErrorKind::kDataLoss);
  EXPECT_THAT(read.error().message(), HasSubstr("media/room-1/cam-video"));
}

}  // namespace
}  // namespace candor::retrieve
