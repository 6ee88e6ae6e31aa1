// SPDX-License-Identifier: Apache-2.0
// The entry codec against the vector of docs/design/evidence.md, and against bytes that must be
// refused.
#include "evidence/entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace candor::evidence {
namespace {

// Appendix "Test vectors" of docs/design/evidence.md: entry 4 of rec.example/site7/room-03/1.
constexpr std::string_view kVectorHex =
    "52534c3101030101d9a8f5ff98bec274fedbb42dd1c32e5c000000000000000418d75b85125e28000000048d15a478"
    "00"
    "11111111222243338444555555555555000001f4000000010000000000000002e4aec70c3b89ffa53a662ec51d0f1e"
    "ca"
    "4563ba5c271de8cdabdb2f21b2cae96551e0ed5c000f3205a88bca9498b3992200b4aaaaaaaa000040008000000000"
    "00"
    "0001bbbbbbbb000040008000000000000001bb54068aea85faa7e487530083366be9962390af822e4c71ef1aca7033"
    "c8"
    "3e66e462cce7c7f1f9d222eefd4d5e3f5b4f85f7206460f159415a4c86f11b23f3bd2dea5d73e99a10c0696919ef6f"
    "b1"
    "01f54d368ef83059783dc1ba7a4f0a9d782b00000000000000050000000000015f900000000000015f9000015f9000"
    "00"
    "0002000000190000000018d75b85125e280001010000";

Bytes vector_entry() { return from_hex(kVectorHex).value(); }

TEST(EntryTest, DecodesThePublishedVectorAndEncodesItBackToTheSameBytes) {
  const Bytes bytes = vector_entry();

  const auto view = decode_entry(bytes);
  ASSERT_TRUE(view.has_value()) << view.error().message();
  const auto media = decode_media_body(view->body);
  ASSERT_TRUE(media.has_value()) << media.error().message();

  EXPECT_EQ(view->header.index, 4U);
  EXPECT_EQ(view->header.chain, 1U);
  EXPECT_EQ(entry_type_name(view->header.type), "MEDIA");
  EXPECT_EQ(view->header.log_id, log_id_of("rec.example/site7/room-03/1"));
  EXPECT_EQ(media->sample_count, 25U);
  EXPECT_EQ(media->timescale, 90000U);
  EXPECT_EQ(encode_entry(view->header, encode_media_body(*media)), bytes);
}

TEST(EntryTest, HasThePublishedLeafHash) {
  EXPECT_EQ(to_hex(leaf_hash(vector_entry())),
            "4c73d18359d34f74edd29bd820e3b51e7e8b84124d979ebc7979175ad59bfe3b");
}

TEST(EntryTest, RefusesEveryTruncationAndOneByteMore) {
  Bytes bytes = vector_entry();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(decode_entry(ByteView(bytes).first(length)).has_value()) << length;
  }
  bytes.push_back(0);
  EXPECT_FALSE(decode_entry(bytes).has_value());
}

TEST(EntryTest, RefusesAnotherMagicOrVersion) {
  for (const std::size_t at : {0U, 3U, 4U}) {
    Bytes bytes = vector_entry();
    bytes[at] ^= 1;
    EXPECT_FALSE(decode_entry(bytes).has_value()) << at;
  }
}

TEST(EntryTest, AcceptsATypeThatItDoesNotKnow) {
  Bytes bytes = vector_entry();
  bytes[5] = 200;
  const auto view = decode_entry(bytes);
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(entry_type_name(view->header.type), "TYPE-200");
}

TEST(BundleTest, LeavesOutATornLastFrameAndSaysHowMuchItRead) {
  Bytes bundle;
  append_framed(bundle, as_bytes("one"));
  append_framed(bundle, as_bytes("three"));
  const std::size_t whole = bundle.size();
  append_framed(bundle, as_bytes("torn"));
  bundle.pop_back();

  const Bundle read = read_bundle(bundle);

  ASSERT_EQ(read.entries.size(), 2U);
  EXPECT_EQ(as_text(read.entries[1]), "three");
  EXPECT_EQ(read.consumed, whole);
}

// A power cut left the entry's length and its first half: it was taken for whole.
TEST(BundleTest, LeavesOutAnEntryOfWhichASectorWasLost) {
  Bytes bundle;
  append_framed(bundle, Bytes(400, 0xAB));
  const std::size_t whole = bundle.size();
  append_framed(bundle, Bytes(400, 0xAB));
  std::fill(bundle.begin() + 512, bundle.end(), std::uint8_t{0});

  const Bundle read = read_bundle(bundle);

  EXPECT_EQ(read.entries.size(), 1U);
  EXPECT_EQ(read.consumed, whole);
}

}  // namespace
}  // namespace candor::evidence
