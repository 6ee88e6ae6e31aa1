// SPDX-License-Identifier: Apache-2.0
#include "media/bmff/box_reader.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/big_endian.h"
#include "media/bmff/chunk_writer.h"
#include "tests/support/temp_folder.h"

namespace candor::bmff {
namespace {

Bytes box(std::uint32_t size, std::string_view type, std::size_t payload) {
  Bytes bytes;
  append_be(bytes, size);
  bytes.insert(bytes.end(), type.begin(), type.end());
  bytes.resize(bytes.size() + payload, 0xAB);
  return bytes;
}

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Bytes one_chunk() {
  const Bytes frame(100, 7);
  const std::vector<ChunkSample> samples = {
      {.data = frame, .duration = 3600, .composition_offset = -5, .sync = true},
      {.data = frame, .duration = 3601, .composition_offset = 0, .sync = false}};
  return write_chunk({.sequence = 9, .decode_time = 161'100'000'000'000, .capture = {}}, samples)
      .bytes;
}

// "ftyp(16) mdat(24)": what a reader makes of the bytes, an error's kind at the end.
std::string walk(ByteView bytes) {
  BoxReader reader(bytes);
  std::string text;
  while (true) {
    const auto next = reader.next();
    if (!next.has_value()) {
      return text + "!" + std::string(to_string(next.error().kind()));
    }
    if (!next->has_value()) {
      return text;
    }
    text += fourcc_text((*next)->type) + "(" + std::to_string((*next)->size) + ") ";
  }
}

TEST(BoxReaderTest, WalksBoxesOneAfterAnother) {
  EXPECT_EQ(walk(box(16, "ftyp", 8) + box(8, "free", 0)), "ftyp(16) free(8) ");
}

TEST(BoxReaderTest, TakesASizeOfZeroAsToTheEnd) {
  EXPECT_EQ(walk(box(16, "ftyp", 8) + box(0, "mdat", 12)), "ftyp(16) mdat(20) ");
}

TEST(BoxReaderTest, ReadsSizesOf64Bits) {
  Bytes large = box(1, "mdat", 0);
  append_be(large, std::uint64_t{20});
  large.resize(20);
  EXPECT_EQ(walk(large), "mdat(20) ");
}

TEST(BoxReaderTest, RefusesABoxSmallerThanItsHeader) {
  EXPECT_EQ(walk(box(7, "free", 8)), "!invalid-argument");
  Bytes large = box(1, "mdat", 0);
  append_be(large, std::uint64_t{15});
  EXPECT_EQ(walk(large), "!invalid-argument");
  EXPECT_EQ(walk(box(20, "uuid", 12)), "!invalid-argument");
}

TEST(BoxReaderTest, StopsBeforeABoxThatReachesBeyondTheEnd) {
  EXPECT_EQ(walk(box(16, "ftyp", 8) + box(100, "moof", 4)), "ftyp(16) !data-loss");
  EXPECT_EQ(walk(box(16, "ftyp", 8) + Bytes{0, 0, 0}), "ftyp(16) !data-loss");
  Bytes large = box(1, "mdat", 0);
  append_be(large, ~std::uint64_t{0});
  EXPECT_EQ(walk(large), "!data-loss");
}

TEST(BoxReaderTest, GivesTheUuidOfASealBox) {
  const Bytes seal = write_seal(Bytes(310, 1));
  BoxReader reader(seal);
  const Box found = reader.next().value().value();
  EXPECT_EQ(found.uuid, kSealUuid);
  EXPECT_EQ(found.payload_bytes(), 314U);
}

TEST(BoxFileTest, GivesTheSameBoxesFromAFile) {
  const test::TempFolder folder;
  const Bytes bytes = box(16, "ftyp", 8) + one_chunk() + write_seal(Bytes(310, 1)) + one_chunk();
  std::ofstream(folder / "a.mp4", std::ios::binary) << as_text(bytes);
  BoxFile file = BoxFile::open(folder / "a.mp4").value();
  BoxReader memory(bytes);

  while (true) {
    const auto expected = memory.next().value();
    const auto got = file.next().value();
    ASSERT_EQ(got.has_value(), expected.has_value());
    if (!got.has_value()) {
      break;
    }
    EXPECT_EQ(got->offset, expected->offset);
    EXPECT_EQ(got->size, expected->size);
    const ByteView whole = memory.whole(*expected);
    EXPECT_EQ(file.read(*got, 1000).value(), Bytes(whole.begin(), whole.end()));
  }
}

TEST(BoxFileTest, NamesTheFileOfATornBox) {
  const test::TempFolder folder;
  std::ofstream(folder / "a.mp4", std::ios::binary) << as_text(box(100, "moof", 4));
  BoxFile file = BoxFile::open(folder / "a.mp4").value();
  const auto next = file.next();
  ASSERT_FALSE(next.has_value());
  EXPECT_EQ(next.error().kind(), ErrorKind::kDataLoss);
  EXPECT_THAT(next.error().message(), testing::HasSubstr("a.mp4"));
}

TEST(BoxFileTest, RefusesToReadABoxAboveTheLimit) {
  const test::TempFolder folder;
  std::ofstream(folder / "a.mp4", std::ios::binary) << as_text(box(100, "free", 92));
  BoxFile file = BoxFile::open(folder / "a.mp4").value();
  const Box found = file.next().value().value();
  EXPECT_EQ(file.read(found, 99).error().kind(), ErrorKind::kResourceExhausted);
}

Bytes moof_of(ByteView chunk) {
  BoxReader reader(chunk);
  while (true) {
    const Box found = reader.next().value().value();
    if (found.type == fourcc("moof")) {
      const ByteView whole = reader.whole(found);
      return {whole.begin(), whole.end()};
    }
  }
}

TEST(MoofReaderTest, ReadsWhatTheChunkWriterWrites) {
  const Bytes moof = moof_of(one_chunk());

  const MovieFragment fragment = parse_moof(moof).value();

  EXPECT_EQ(fragment.sequence, 9U);
  EXPECT_EQ(fragment.decode_time, 161'100'000'000'000U);
  EXPECT_EQ(get_be<std::uint64_t>(moof.data() + fragment.tfdt_value_at), fragment.decode_time);
  EXPECT_EQ(fragment.duration(), 7201U);
  EXPECT_EQ(fragment.sample_bytes(), 200U);
  ASSERT_EQ(fragment.samples.size(), 2U);
  EXPECT_TRUE(fragment.samples[0].is_sync());
  EXPECT_FALSE(fragment.samples[1].is_sync());
  EXPECT_EQ(fragment.samples[0].composition_offset, -5);
  EXPECT_EQ(fragment.data_offset, static_cast<std::int32_t>(moof.size() + 8));
}

TEST(MoofReaderTest, RefusesEveryShortenedMoof) {
  const Bytes moof = moof_of(one_chunk());
  for (std::size_t size = 0; size < moof.size(); ++size) {
    EXPECT_FALSE(parse_moof(ByteView(moof).first(size)).has_value()) << size;
  }
}

TEST(MoofReaderTest, RefusesMoreSamplesThanThereAreBytes) {
  Bytes moof = moof_of(one_chunk());
  const auto count_at = moof.size() - 2 * 16 - 8;  // Before the data offset and two samples.
  put_be(moof.data() + count_at, std::uint32_t{3});
  EXPECT_EQ(parse_moof(moof).error().kind(), ErrorKind::kInvalidArgument);
  put_be(moof.data() + count_at, ~std::uint32_t{0});
  EXPECT_EQ(parse_moof(moof).error().kind(), ErrorKind::kInvalidArgument);
}

}  // namespace
}  // namespace candor::bmff
