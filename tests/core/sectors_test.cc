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
  EXPECT_TRUE(has_lost_sector(file, 600, 700));
  EXPECT_TRUE(has_lost_sector(file, 100, 513));
  EXPECT_TRUE(has_lost_sector(file, 1023, 2000));
}

TEST(SectorsTest, LooksOnlyAtSectorsThatHoldAPartOfTheRange) {
  const Bytes file = file_without(512, 1024);
  EXPECT_FALSE(has_lost_sector(file, 0, 512));
  EXPECT_FALSE(has_lost_sector(file, 1024, 2000));
}

TEST(SectorsTest, KnowsALastSectorThatEndsWithTheFile) {
  EXPECT_TRUE(has_lost_sector(file_without(1536, 2000), 1500, 2000));
}

TEST(SectorsTest, TakesZerosWithinASectorForContent) {
  EXPECT_FALSE(has_lost_sector(file_without(513, 1024), 0, 2000));
  EXPECT_FALSE(has_lost_sector(file_without(1537, 2000), 0, 2000));
  Bytes short_end = file_without(1536, 1540);
  short_end.resize(1540);
  EXPECT_FALSE(has_lost_sector(short_end, 0, 1540));
}

}  // namespace
}  // namespace candor
