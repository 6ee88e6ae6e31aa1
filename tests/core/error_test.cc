// SPDX-License-Identifier: Apache-2.0
// Errors: their words, what each level adds, errno, and the macros that pass them up.
#include "core/error.h"

#include <cerrno>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/assert.h"
#include "core/result.h"

namespace candor {
namespace {

using ::testing::HasSubstr;

Result<int> half(int number) {
  if (number % 2 != 0) {
    return fail(ErrorKind::kInvalidArgument, std::to_string(number) + " is odd");
  }
  return number / 2;
}

Result<int> quarter(int number) {
  CANDOR_TRY(const int once, half(number));
  CANDOR_TRY(const int twice, with_context(half(once), "second half"));
  return twice;
}

Result<void> is_even(int number) {
  CANDOR_CHECK(half(number).map([](int) {}));
  return {};
}

TEST(ErrorTest, EveryKindHasAWordOfItsOwn) {
  std::set<std::string_view> words;
  for (int kind = 0; kind <= static_cast<int>(ErrorKind::kInternal); ++kind) {
    const std::string_view word = to_string(static_cast<ErrorKind>(kind));
    EXPECT_EQ(word.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos);
    words.insert(word);
  }
  EXPECT_EQ(words.size(), 12U);
  EXPECT_EQ(to_string(ErrorKind::kNotFound), "not-found");
}

TEST(ErrorTest, EachLevelAddsWhereItWas) {
  const Error error = Error(ErrorKind::kResourceExhausted, "disk full").within("append");
  const Error outer = Error(error).within("room-3");

  EXPECT_EQ(outer.message(), "room-3: append: disk full");
  EXPECT_EQ(outer.kind(), ErrorKind::kResourceExhausted);
}

TEST(ErrorTest, AnErrnoBecomesAKindAndASentence) {
  EXPECT_EQ(error_from_errno(ENOSPC, "write").kind(), ErrorKind::kResourceExhausted);
  EXPECT_EQ(error_from_errno(ENOENT, "open").kind(), ErrorKind::kNotFound);
  EXPECT_EQ(error_from_errno(EEXIST, "open").kind(), ErrorKind::kAlreadyExists);
  EXPECT_EQ(error_from_errno(EACCES, "open").kind(), ErrorKind::kPermissionDenied);
  EXPECT_THAT(error_from_errno(ENOSPC, "write").message(), HasSubstr("write: No space left"));
}

TEST(ResultTest, TryPassesTheFirstErrorUp) {
  EXPECT_EQ(quarter(12).value(), 3);
  EXPECT_EQ(quarter(7).error().message(), "7 is odd");
  EXPECT_EQ(quarter(6).error().message(), "second half: 3 is odd");
}

TEST(ResultTest, CheckPassesTheErrorOfAnActionUp) {
  EXPECT_TRUE(is_even(2).has_value());
  EXPECT_EQ(is_even(3).error().kind(), ErrorKind::kInvalidArgument);
}

TEST(AssertDeathTest, AFailedAssertionNamesItselfAndEndsTheProgram) {
  EXPECT_DEATH(CANDOR_ASSERT(1 + 1 == 3), "1 \\+ 1 == 3");
}

}  // namespace
}  // namespace candor
