// SPDX-License-Identifier: Apache-2.0
// Identifiers: UUIDs of version 7 that sort by time, and slugs that are safe in paths.
#include "core/ids.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace candor {
namespace {

// RFC 9562, appendix A.6: the example of version 7.
constexpr const char* kExample = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
constexpr UtcTime kExampleTime = {1'645'557'742'000'000'000};  // 2022-02-22T19:22:22Z.

TEST(UuidTest, ReadsBackItsOwnText) {
  const Uuid id = parse_uuid(kExample).value();

  EXPECT_EQ(to_string(id), kExample);
  EXPECT_FALSE(id.is_nil());
  EXPECT_TRUE(Uuid{}.is_nil());
}

TEST(UuidTest, RefusesEveryOtherForm) {
  for (const char* text :
       {"", "017f22e2", "017f22e279b07cc398c4dc0c0c07398f",
        "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "017f22e2-79b07-cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0"}) {
    const auto id = parse_uuid(text);
    ASSERT_FALSE(id.has_value()) << text;
    EXPECT_EQ(id.error().kind(), ErrorKind::kInvalidArgument);
  }
}

TEST(UuidTest, CarriesTheMillisecondOfItsCreationAndVersionSeven) {
  const std::string text = to_string(make_uuid(kExampleTime));

  EXPECT_EQ(text.substr(0, 13), "017f22e2-79b0");
  EXPECT_EQ(text[14], '7') << "version";
  EXPECT_NE(std::string("89ab").find(text[19]), std::string::npos) << "variant";
}

TEST(UuidTest, OfOneMillisecondAreAllDifferent) {
  std::set<Uuid> ids;
  for (int i = 0; i < 1000; ++i) {
    ids.insert(make_uuid(kExampleTime));
  }
  EXPECT_EQ(ids.size(), 1000U);
}

TEST(UuidTest, SortByTheTimeOfTheirCreation) {
  const Uuid earlier = make_uuid(kExampleTime);
  const Uuid later = make_uuid(kExampleTime + std::chrono::milliseconds(1));

  EXPECT_LT(earlier, later);
  EXPECT_LT(to_string(earlier), to_string(later));
}

TEST(SlugTest, IsWhatIsSafeInPathsUrlsAndLogs) {
  EXPECT_TRUE(is_slug("a"));
  EXPECT_TRUE(is_slug("interrogation-1"));
  EXPECT_TRUE(is_slug("7a"));
  EXPECT_TRUE(is_slug(std::string(63, 'a')));
}

TEST(SlugTest, IsNothingThatCouldLeaveItsFolder) {
  for (const char* text : {"", "-a", "A", "a_b", "a b", "a/b", "..", "a.b", "室"}) {
    EXPECT_FALSE(is_slug(text)) << text;
  }
  EXPECT_FALSE(is_slug(std::string(64, 'a')));
}

}  // namespace
}  // namespace candor
