// SPDX-License-Identifier: Apache-2.0
#include "retrieve/group_fragment.h"

#include <gtest/gtest.h>

#include "media/bmff/box_reader.h"
#include "media/bmff/chunk_writer.h"

namespace candor::retrieve {
namespace {

constexpr std::int64_t kBase = 1'000'000;

// Chunks of one sample of three bytes and 3600 ticks for each letter, from kBase on; '.' is a hole
// as long.
Bytes chunks(std::string_view text) {
  Bytes all;
  std::int64_t time = kBase;
  std::uint32_t sequence = 7;
  for (const char c : text) {
    if (c != '.') {
      const Bytes data(3, static_cast<std::uint8_t>(c));
      const bmff::ChunkSample sample{
          .data = data, .duration = 3600, .composition_offset = -c, .sync = c == 'I'};
      const Bytes chunk =
          bmff::write_chunk({.sequence = sequence++, .decode_time = time, .capture = {}},
                            {&sample, 1})
              .bytes;
      all.insert(all.end(), chunk.begin(), chunk.end());
    }
    time += 3600;
  }
  return all;
}

struct Parts {
  std::string types;  // "moof free mdat".
  bmff::MovieFragment fragment;
  std::string media;     // All of the mdat.
  std::size_t media_at;  // From the moof on.
};

Parts parts_of(const Bytes& bytes) {
  Parts parts;
  bmff::BoxReader reader(bytes);
  while (const auto box = reader.next().value()) {
    parts.types += (parts.types.empty() ? "" : " ") + bmff::fourcc_text(box->type);
    if (box->type == bmff::fourcc("moof")) {
      parts.fragment = bmff::parse_moof(reader.whole(*box)).value();
    } else if (box->type == bmff::fourcc("mdat")) {
      parts.media = as_text(reader.payload(*box));
      parts.media_at = box->offset + box->header_bytes;
    }
  }
  return parts;
}

TEST(GroupFragmentTest, MakesOneMoofOfManyChunksAndKeepsTheLength) {
  const Bytes in = chunks("IPPP");
  const Bytes out = one_fragment(in, kBase).value();
  const Parts parts = parts_of(out);
  EXPECT_EQ(out.size(), in.size());
  EXPECT_EQ(parts.types, "moof free mdat");
  EXPECT_EQ(parts.media, "IIIPPPPPPPPP");
  EXPECT_EQ(parts.fragment.data_offset, parts.media_at);
  EXPECT_EQ(parts.fragment.decode_time, 0U);
  EXPECT_EQ(parts.fragment.sequence, 7U);
}

TEST(GroupFragmentTest, KeepsWhatIsSaidOfEachSample) {
  const Parts parts = parts_of(one_fragment(chunks("IPQ"), kBase - 5).value());
  ASSERT_EQ(parts.fragment.samples.size(), 3U);
  EXPECT_EQ(parts.fragment.decode_time, 5U);
  for (std::size_t i = 0; i < 3; ++i) {
    const bmff::FragmentSample& sample = parts.fragment.samples[i];
    EXPECT_EQ(sample.size, 3U);
    EXPECT_EQ(sample.duration, 3600U);
    EXPECT_EQ(sample.is_sync(), i == 0);
    EXPECT_EQ(sample.composition_offset, -"IPQ"[i]);
  }
}

TEST(GroupFragmentTest, OneChunkAloneKeepsItsLength) {
  const Bytes in = chunks("I");
  EXPECT_EQ(one_fragment(in, kBase).value().size(), in.size());
}

TEST(GroupFragmentTest, LetsTheLastSampleBeforeAGapLastUntilItsEnd) {
  const Parts parts = parts_of(one_fragment(chunks("IP..PP"), kBase).value());
  EXPECT_EQ(parts.fragment.samples[1].duration, 3 * 3600U);
  EXPECT_EQ(parts.fragment.duration(), 6 * 3600U);
}

TEST(GroupFragmentTest, RefusesEveryShortenedGroup) {
  const Bytes in = chunks("IPP");
  for (std::size_t size = 0; size < in.size(); ++size) {
    const auto made = one_fragment(ByteView(in).first(size), kBase);
    EXPECT_TRUE(!made.has_value() || made->size() == size) << size;
  }
  EXPECT_FALSE(one_fragment({}, kBase).has_value());
}

TEST(GroupFragmentTest, RefusesTimeThatGoesBack) {
  Bytes in = chunks("IP");
  const Bytes early = chunks("I");
  in.insert(in.end(), early.begin(), early.end());
  EXPECT_EQ(one_fragment(in, kBase).error().kind(), ErrorKind::kDataLoss);
}

TEST(GroupFragmentTest, RefusesMediaThatIsNotAsItsMoofSays) {
  Bytes in = chunks("I");
  in[127] ^= 1;  // The sample's size: behind prft (32), moof (88) and the sample's duration (4).
  EXPECT_FALSE(one_fragment(in, kBase).has_value());
}

}  // namespace
}  // namespace candor::retrieve
