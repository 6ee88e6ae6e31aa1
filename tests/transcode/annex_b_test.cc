// SPDX-License-Identifier: Apache-2.0
#include "transcode/annex_b.h"

#include <string>

#include <gtest/gtest.h>

namespace candor::transcode {
namespace {

// "6701 65ab": the units that stand in a stream.
std::string units(const char* hex) {
  const Bytes stream = from_hex(hex).value();
  std::string text;
  for (const ByteView nal : split_annex_b(stream)) {
    text += (text.empty() ? "" : " ") + to_hex(nal);
  }
  return text;
}

TEST(AnnexBTest, FindsUnitsBehindShortAndLongStartCodes) {
  EXPECT_EQ(units("0000000167010000016802000000000165ab"), "6701 6802 65ab");
  EXPECT_EQ(units("00000165ab0000"), "65ab");
  EXPECT_EQ(units("65ab"), "");
  EXPECT_EQ(units(""), "");
  EXPECT_EQ(units("000001000001"), "");
}

TEST(AnnexBTest, PutsLengthsInFrontAndLeavesParameterSetsOut) {
  const Bytes stream = from_hex("0000016742c01e000001680200000165ab").value();
  EXPECT_EQ(to_hex(with_lengths(split_annex_b(stream))), "0000000265ab");
}

TEST(AnnexBTest, PutsParameterSetsIntoAvcc) {
  const Bytes stream = from_hex("0000016742c01e0000016802").value();
  EXPECT_EQ(to_hex(avcc_of(split_annex_b(stream))), "0142c01effe100046742c01e0100026802");
  EXPECT_TRUE(avcc_of(split_annex_b(from_hex("0000016742c01e").value())).empty());
}

}  // namespace
}  // namespace candor::transcode
