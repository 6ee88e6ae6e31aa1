// SPDX-License-Identifier: Apache-2.0
#include "app/cli/text_output.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace candor::app::cli {
namespace {

TEST(TextOutputTest, PutsColumnsUnderEachOther) {
  EXPECT_EQ(columns({{"ROOM", "STATE"}, {"room-1", "recording"}}),
            "ROOM    STATE\nroom-1  recording\n");
}

TEST(TextOutputTest, CountsChineseCharactersAsTwoColumns) {
  EXPECT_EQ(columns({{"讯问室", "a"}, {"x", "b"}}), "讯问室  a\nx       b\n");
}

TEST(TextOutputTest, ShowsFieldsWithoutQuotesAndNothingAsADash) {
  const boost::json::object object{
      {"text", "a"}, {"number", 3}, {"none", nullptr}, {"list", {"a", "b"}}};
  EXPECT_EQ(field_text(object, "text"), "a");
  EXPECT_EQ(field_text(object, "number"), "3");
  EXPECT_EQ(field_text(object, "none"), "-");
  EXPECT_EQ(field_text(object, "missing"), "-");
  EXPECT_EQ(field_text(object, "list"), "a, b");
}

TEST(TextOutputTest, ShowsTimesToTheSecondInUtc) {
  const boost::json::object object{{"at", "2026-11-24T08:00:00.123456789Z"}, {"none", nullptr}};
  EXPECT_EQ(time_text(object, "at"), "2026-11-24 08:00:00Z");
  EXPECT_EQ(time_text(object, "none"), "-");
}

TEST(TextOutputTest, ShowsSizesInBinaryUnits) {
  const boost::json::object object{{"small", 300 << 20}, {"large", std::int64_t{43} << 29}};
  EXPECT_EQ(size_text(object, "small"), "300 MiB");
  EXPECT_EQ(size_text(object, "large"), "21.5 GiB");
  EXPECT_EQ(size_text(object, "missing"), "-");
}

}  // namespace
}  // namespace candor::app::cli
