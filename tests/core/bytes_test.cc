// SPDX-License-Identifier: Apache-2.0
// Bytes: hexadecimal and big-endian integers, there and back.
#include "core/bytes.h"

#include <cstdint>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/big_endian.h"

namespace candor {
namespace {

using ::testing::ElementsAre;

TEST(BytesTest, HexIsLowerCaseAndReadsBackInBothCases) {
  const Bytes bytes = {0x00, 0x7f, 0xAB, 0xff};

  EXPECT_EQ(to_hex(bytes), "007fabff");
  EXPECT_EQ(from_hex("007fabff").value(), bytes);
  EXPECT_EQ(from_hex("007FABFF").value(), bytes);
  EXPECT_EQ(from_hex("").value(), Bytes{});
}

TEST(BytesTest, RefusesHexThatIsOddOrHoldsAnotherCharacter) {
  for (const char* text : {"0", "abc", "0g", " 0", "0x"}) {
    const auto bytes = from_hex(text);
    ASSERT_FALSE(bytes.has_value()) << text;
    EXPECT_EQ(bytes.error().kind(), ErrorKind::kInvalidArgument);
  }
}

TEST(BytesTest, TextAndBytesAreTwoViewsOfTheSame) {
  EXPECT_THAT(as_bytes("Az"), ElementsAre('A', 'z'));
  EXPECT_EQ(as_text(as_bytes("Az")), "Az");
}

TEST(BigEndianTest, PutsTheHighestByteFirst) {
  Bytes out;
  append_be<std::uint32_t>(out, 0x01020304);
  append_be<std::int16_t>(out, -2);

  EXPECT_EQ(to_hex(out), "01020304fffe");
}

template <typename T>
void expect_round_trip(T value) {
  Bytes bytes(sizeof(T));
  put_be(bytes.data(), value);
  EXPECT_EQ(get_be<T>(bytes.data()), value);
}

TEST(BigEndianTest, ReadsBackTheExtremesOfEachWidth) {
  expect_round_trip(std::numeric_limits<std::uint8_t>::max());
  expect_round_trip(std::numeric_limits<std::uint16_t>::max());
  expect_round_trip(std::numeric_limits<std::uint32_t>::max());
  expect_round_trip(std::numeric_limits<std::uint64_t>::max());
  expect_round_trip(std::numeric_limits<std::int32_t>::min());
  expect_round_trip(std::numeric_limits<std::int64_t>::min());
  expect_round_trip(std::numeric_limits<std::int64_t>::max());
}

}  // namespace
}  // namespace candor
