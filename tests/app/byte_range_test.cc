// SPDX-License-Identifier: Apache-2.0
// Ranges of a file of 100 bytes with the tag "a".
#include "app/capture/byte_range.h"

#include <string>

#include <gtest/gtest.h>

namespace candor::app {
namespace {

// "10-20" for bytes [10, 20), "whole", or "refused".
std::string answer(std::string_view range, std::string_view if_range = "") {
  const auto span = asked_span(range, if_range, 100, "\"a\"");
  if (!span.has_value()) {
    return "refused";
  }
  return span->has_value() ? std::to_string((*span)->begin) + "-" + std::to_string((*span)->end)
                           : "whole";
}

TEST(ByteRangeTest, GivesWhatIsAskedFor) {
  EXPECT_EQ(answer("bytes=0-0"), "0-1");
  EXPECT_EQ(answer("bytes=10-19"), "10-20");
  EXPECT_EQ(answer("bytes=90-"), "90-100");
  EXPECT_EQ(answer("bytes=-10"), "90-100");
  EXPECT_EQ(answer("bytes=-1000"), "0-100");
}

// The end was one more than the largest number: zero.
TEST(ByteRangeTest, EndsAtTheFilesEndHoweverFarTheRangeReaches) {
  EXPECT_EQ(answer("bytes=5-100"), "5-100");
  EXPECT_EQ(answer("bytes=5-18446744073709551615"), "5-100");
  EXPECT_EQ(answer("bytes=-18446744073709551615"), "0-100");
}

TEST(ByteRangeTest, RefusesWhatLiesOutside) {
  EXPECT_EQ(answer("bytes=100-"), "refused");
  EXPECT_EQ(answer("bytes=20-10"), "refused");
  EXPECT_EQ(answer("bytes=-0"), "refused");
  EXPECT_EQ(answer("bytes=18446744073709551616-"), "refused");
  EXPECT_EQ(answer("bytes=-"), "refused");
}

TEST(ByteRangeTest, GivesTheWholeFileForWhatItMayIgnore) {
  EXPECT_EQ(answer(""), "whole");
  EXPECT_EQ(answer("items=0-1"), "whole");
  EXPECT_EQ(answer("bytes=0-1,5-6"), "whole");
}

TEST(ByteRangeTest, GivesARangeOfTheSameBytesOnly) {
  EXPECT_EQ(answer("bytes=10-19", "\"a\""), "10-20");
  EXPECT_EQ(answer("bytes=10-19", "\"b\""), "whole");
}

}  // namespace
}  // namespace candor::app
