// SPDX-License-Identifier: Apache-2.0
// Base64 against RFC 4648, and the texts that must be refused so that each byte string has one
// form.
#include "core/base64.h"

#include <gtest/gtest.h>

namespace candor {
namespace {

TEST(Base64Test, AgreesWithTheVectorsOfRfc4648) {
  constexpr std::string_view kPlain = "foobar";  // Each of its beginnings, from none on.
  std::size_t size = 0;
  for (const char* text : {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"}) {
    const std::string_view plain = kPlain.substr(0, size++);
    EXPECT_EQ(to_base64(as_bytes(plain)), text);
    EXPECT_EQ(as_text(from_base64(text).value()), plain);
  }
}

TEST(Base64Test, ReadsBackAllBytes) {
  Bytes bytes;
  for (int i = 0; i < 256; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(i * 7));
    EXPECT_EQ(from_base64(to_base64(bytes)).value(), bytes);
  }
}

TEST(Base64Test, RefusesAnyOtherFormOfTheSameBytes) {
  for (const char* text : {"Zg", "Zg=", "Zh==", "Zm9=", "Zg==\n", "Z g==", "Zm-v", "Zm_v", "=",
                           "====", "A===", "Zg==Zg==", "Zm8=Zm8=", "é"}) {
    const auto bytes = from_base64(text);
    ASSERT_FALSE(bytes.has_value()) << text;
    EXPECT_EQ(bytes.error().kind(), ErrorKind::kInvalidArgument);
  }
}

}  // namespace
}  // namespace candor
