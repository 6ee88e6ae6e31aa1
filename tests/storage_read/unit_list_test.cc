// SPDX-License-Identifier: Apache-2.0
#include "storage/read/unit_list.h"

#include <gtest/gtest.h>

namespace candor::storage {
namespace {

std::vector<IndexedUnit> some_units() {
  return {{.entry = 7,
           .offset = 722,
           .bytes = 500'000,
           .decode_time = 161'100'000'000'000,
           .duration = 90'000,
           .flags = 1},
          {.entry = 9,
           .offset = 501'060,
           .bytes = 480'000,
           .decode_time = 161'100'000'090'000,
           .duration = 90'000,
           .flags = 1},
          {.entry = 12,
           .offset = 981'060,
           .bytes = 3,
           .decode_time = 161'100'000'900'000,
           .duration = 3'600,
           .flags = 3}};
}

Bytes list_of(const std::vector<IndexedUnit>& units) {
  Bytes list;
  IndexedUnit previous;
  for (const IndexedUnit& unit : units) {
    append_unit(list, previous, unit);
    previous = unit;
  }
  return list;
}

TEST(UnitListTest, GivesBackTheUnitsItWasMadeOf) {
  EXPECT_EQ(read_units(list_of(some_units())).value(), some_units());
}

TEST(UnitListTest, KeepsExtremeNumbers) {
  const std::vector<IndexedUnit> units = {{.entry = UINT64_MAX,
                                           .offset = UINT64_MAX,
                                           .bytes = 1,
                                           .decode_time = INT64_MIN,
                                           .duration = 1,
                                           .flags = 255},
                                          {.entry = 0,
                                           .offset = 0,
                                           .bytes = UINT64_MAX,
                                           .decode_time = INT64_MAX,
                                           .duration = 0,
                                           .flags = 0}};
  EXPECT_EQ(read_units(list_of(units)).value(), units);
}

TEST(UnitListTest, TakesAboutTenBytesForAUnitOfASecond) {
  const std::vector<IndexedUnit> two = {some_units()[0], some_units()[1]};
  EXPECT_LE(list_of(two).size() - list_of({some_units()[0]}).size(), 12U);
}

TEST(UnitListTest, RefusesAListThatWasCut) {
  const Bytes list = list_of({some_units()[0]});
  for (std::size_t size = 1; size < list.size(); ++size) {
    EXPECT_FALSE(read_units(ByteView(list).first(size)).has_value()) << size;
  }
}

}  // namespace
}  // namespace candor::storage
