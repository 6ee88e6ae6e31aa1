// SPDX-License-Identifier: Apache-2.0
#include "net/json.h"

#include <string>

#include <gmock/gmock.h>

#include "net/client.h"

namespace candor::net {
namespace {

using testing::HasSubstr;

template <typename T>
std::string error_of(const Result<T>& result) {
  return result.has_value() ? "none" : result.error().message();
}

TEST(JsonTest, TakesOneObjectOnly) {
  EXPECT_TRUE(parse_object(R"({"a":[1,{"b":null}]})").has_value());
  for (const char* bad : {"", "[]", "1", "{", "{} {}", R"({"a":01})", "{'a':1}"}) {
    EXPECT_FALSE(parse_object(bad).has_value()) << bad;
  }
}

TEST(JsonTest, RefusesDeepNesting) {
  const std::string deep = R"({"a":)" + std::string(1000, '[') + std::string(1000, ']') + "}";

  EXPECT_FALSE(parse_object(deep).has_value());
}

TEST(JsonTest, NamesTheFieldThatIsNotAsItShouldBe) {
  const auto object = parse_object(R"({"name":"anna","many":["a","b"],"n":1,"mixed":["a",1]})");
  ASSERT_TRUE(object.has_value());

  EXPECT_EQ(text_field(*object, "name").value(), "anna");
  EXPECT_EQ(text_list_field(*object, "many")->size(), 2U);
  EXPECT_EQ(optional_text_field(*object, "missing").value(), "");
  EXPECT_THAT(error_of(text_field(*object, "n")), HasSubstr("'n'"));
  EXPECT_THAT(error_of(text_field(*object, "missing")), HasSubstr("'missing'"));
  EXPECT_THAT(error_of(text_list_field(*object, "mixed")), HasSubstr("'mixed'"));
  EXPECT_THAT(error_of(optional_text_field(*object, "n")), HasSubstr("'n'"));
}

TEST(JsonTest, AnErrorBecomesAStatusAndASentence) {
  const HttpResponse response = error_response(Error(ErrorKind::kNotFound, "no room 'x'"));

  EXPECT_EQ(response.status, 404U);
  EXPECT_EQ(response.body, R"({"error":{"kind":"not-found","message":"no room 'x'"}})");
}

TEST(ClientTest, EncodesEverythingThatHasAMeaningInAUrl) {
  EXPECT_EQ(encode_parameter("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(encode_parameter("a b&c=d/é+"), "a%20b%26c%3Dd%2F%C3%A9%2B");
}

}  // namespace
}  // namespace candor::net
