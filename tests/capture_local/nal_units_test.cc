// SPDX-License-Identifier: Apache-2.0
#include "capture/local/nal_units.h"

#include <gtest/gtest.h>

namespace candor::local {
namespace {

std::string read(Codec codec, const std::string& hex, std::size_t length_bytes) {
  const auto unit = read_access_unit(codec, from_hex(hex).value(), length_bytes);
  if (!unit.has_value()) {
    return unit.error().message();
  }
  return to_hex(unit->data) + (unit->sync ? " sync" : "");
}

TEST(NalUnitsTest, LengthsBecomeFourBytes) {
  EXPECT_EQ(read(Codec::kH264, "000241aa", 2), "0000000241aa");
  EXPECT_EQ(read(Codec::kH264, "0241aa0141", 1), "0000000241aa0000000141");
}

TEST(NalUnitsTest, DelimitersAreLeftOut) {
  EXPECT_EQ(read(Codec::kH264, "0000000209100000000241aa", 4), "0000000241aa");
  EXPECT_EQ(read(Codec::kH265, "00000003460150000000030201aa", 4), "000000030201aa");
}

TEST(NalUnitsTest, DecodingStartsAtIdrAndIrapOnly) {
  EXPECT_EQ(read(Codec::kH264, "0000000265aa", 4), "0000000265aa sync");
  EXPECT_EQ(read(Codec::kH265, "000000032601aa", 4), "000000032601aa sync");
  EXPECT_EQ(read(Codec::kH265, "000000032a01aa", 4), "000000032a01aa sync");
}

TEST(NalUnitsTest, LengthsThatPointOutsideAreRefused) {
  EXPECT_EQ(read(Codec::kH264, "0000000341aa", 4), "a NAL unit is longer than its access unit");
  EXPECT_EQ(read(Codec::kH264, "0000", 4), "an access unit ends within a length");
}

TEST(NalUnitsTest, TheConfigurationSaysFourBytes) {
  const Bytes avcc = from_hex("014d401efce10000").value();

  EXPECT_EQ(length_bytes_of(Codec::kH264, avcc).value(), 1U);
  EXPECT_EQ(to_hex(with_four_length_bytes(Codec::kH264, avcc)), "014d401effe10000");
  EXPECT_FALSE(length_bytes_of(Codec::kH265, avcc).has_value());
}

}  // namespace
}  // namespace candor::local
