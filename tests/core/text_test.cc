// SPDX-License-Identifier: Apache-2.0
#include "core/text.h"

#include <gtest/gtest.h>

namespace candor {
namespace {

TEST(PlainTextTest, LeavesUtf8AsItIs) {
  EXPECT_EQ(plain_text("第一讯问室, é, 😀", 100), "第一讯问室, é, 😀");
}

TEST(PlainTextTest, ReplacesEachByteThatIsNoUtf8) {
  EXPECT_EQ(plain_text("404 \xD5\xD5\xCF\xFF", 100), "404 ????");  // GBK.
  EXPECT_EQ(plain_text("\xC0\xAF", 100), "??");                    // Overlong.
  EXPECT_EQ(plain_text("\xED\xA0\x80", 100), "???");               // A surrogate.
  EXPECT_EQ(plain_text("\xF4\x90\x80\x80", 100), "????");          // Above U+10FFFF.
  EXPECT_EQ(plain_text("\xE7\xAC", 100), "??");                    // Cut off.
}

TEST(PlainTextTest, MakesControlCharactersBlanks) {
  EXPECT_EQ(plain_text(std::string_view("a\r\n\0b\x7F", 6), 100), "a   b ");
}

TEST(PlainTextTest, CutsBetweenCharacters) {
  EXPECT_EQ(plain_text("第一讯", 7), "第一");
  EXPECT_EQ(plain_text("abc", 0), "");
}

TEST(Utf8Test, IsWhatUnicodeCallsWellFormed) {
  EXPECT_TRUE(is_utf8("第一讯问室, é, 😀\n"));
  EXPECT_TRUE(is_utf8(""));
  for (const char* text : {"\xD5", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "a\xE7\xAC"}) {
    EXPECT_FALSE(is_utf8(text)) << text;
  }
}

}  // namespace
}  // namespace candor
