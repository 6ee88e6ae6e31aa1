// SPDX-License-Identifier: Apache-2.0
#include "core/sectors.h"

#include <gtest/gtest.h>

namespace candor {
namespace {

// 2000 bytes of a file: three sectors and a part of a fourth one, of which some are zero.
Bytes file_without(std::size_t begin, std::size_t end) {
  Bytes file(2000, 0xAB);
  std::fill(file.begin() + static_cast<std::ptrdiff_t>(begin),
            file.begin() + static_cast<std::ptrdiff_t>(end), std::uint8_t{0});
  return file;
}

TEST(SectorsTest, FindsASectorThatWasNeverWritten) {
  const Bytes file = file_without(512, 1024);
  EXPECT_TRUE(has_lost_sector(file, 600, 700, 8));
  EXPECT_TRUE(has_lost_sector(file, 100, 513, 8));
  EXPECT_TRUE(has_lost_sector(file, 1023, 2000, 8));
}

TEST(SectorsTest, LooksOnlyAtSectorsThatHoldAPartOfTheRange) {
  const Bytes file = file_without(512, 1024);
  EXPECT_FALSE(has_lost_sector(file, 0, 512, 8));
  EXPECT_FALSE(has_lost_sector(file, 1024, 2000, 8));
}

TEST(SectorsTest, KnowsALastSectorThatEndsWithTheFile) {
  EXPECT_TRUE(has_lost_sector(file_without(1536, 2000), 1500, 2000, 8));
}

TEST(SectorsTest, TakesZerosWithinASectorForContent) {
  EXPECT_FALSE(has_lost_sector(file_without(513, 1024), 0, 2000, 8));
  EXPECT_FALSE(has_lost_sector(file_without(1537, 2000), 0, 2000, 8));
  Bytes short_end = file_without(1536, 1540);
  short_end.resize(1540);
  EXPECT_FALSE(has_lost_sector(short_end, 0, 1540, 8));
}

TEST(SectorsTest, TakesAsFewLastBytesAsItIsTold) {
  const Bytes short_end = file_without(1536, 1537);
  const ByteView file = ByteView(short_end).first(1537);
  EXPECT_FALSE(has_lost_sector(file, 1500, 1537, 8));
  EXPECT_TRUE(has_lost_sector(file, 1500, 1537, 1));
}

}  // namespace
}  // namespace candor
