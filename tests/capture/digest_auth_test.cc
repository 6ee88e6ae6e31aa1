// SPDX-License-Identifier: Apache-2.0
#include "capture/rtsp/digest_auth.h"

#include <array>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <openssl/evp.h>

#include "core/bytes.h"

namespace candor::rtsp {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Message challenge(const std::vector<std::string>& values) {
  Message message;
  message.status = 401;
  for (const std::string& value : values) {
    message.headers.emplace_back("www-authenticate", value);
  }
  return message;
}

// The example of RFC 2617, section 3.5.
constexpr const char* kExample =
    R"(Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41")";
constexpr const char* kWithoutQop =
    R"(Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093")";

std::string field(const std::string& header, const std::string& name) {
  const std::size_t at = header.find(name + "=\"") + name.size() + 2;
  return header.substr(at, header.find('"', at) - at);
}

std::string hash(const EVP_MD* kind, const std::string& text) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, kind, nullptr);
  return to_hex(ByteView(digest).first(size));
}

class AuthorizationTest : public testing::Test {
 protected:
  bool challenged(const std::vector<std::string>& values) {
    return authorization_.take_challenge(challenge(values));
  }
  std::string answer() { return authorization_.answer("GET", "/dir/index.html"); }

  Authorization authorization_{"Mufasa", "Circle Of Life"};
};

TEST_F(AuthorizationTest, SaysNothingBeforeItIsAsked) { EXPECT_EQ(answer(), ""); }

TEST_F(AuthorizationTest, AnswersTheExampleOfTheRfcWithoutQop) {
  ASSERT_TRUE(challenged({kWithoutQop}));

  EXPECT_THAT(answer(), HasSubstr("response=\"670fd8c2df070c60b045671b8b24ff02\""));
}

TEST_F(AuthorizationTest, AnswersTheExampleOfTheRfcWithItsOwnClientNonce) {
  ASSERT_TRUE(challenged({kExample}));

  const std::string header = answer();

  // RFC 2617, section 3.5: the hashes of user and of method; the client's nonce is ours.
  const std::string expected =
      hash(EVP_md5(), fmt::format("{}:{}:00000001:{}:auth:{}", "939e7578ed9e3c518a452acee763bce9",
                                  "dcd98b7102dd2f0e8b11d0f600bfb0c093", field(header, "cnonce"),
                                  "39aff3a2bab6126f332b942af96d3366"));
  EXPECT_EQ(field(header, "response"), expected);
  EXPECT_EQ(field(header, "opaque"), "5ccc069c403ebaf9f0171e9517f40e41");
  EXPECT_THAT(header, HasSubstr("qop=auth, nc=00000001"));
  EXPECT_THAT(answer(), HasSubstr("nc=00000002"));
}

TEST_F(AuthorizationTest, PrefersSha256) {
  ASSERT_TRUE(challenged(
      {"Basic realm=\"cam\"", kWithoutQop, R"(Digest realm="cam", nonce="n", algorithm=SHA-256)"}));

  const std::string header = answer();

  const std::string user = hash(EVP_sha256(), "Mufasa:cam:Circle Of Life");
  const std::string method = hash(EVP_sha256(), "GET:/dir/index.html");
  EXPECT_EQ(field(header, "response"), hash(EVP_sha256(), user + ":n:" + method));
  EXPECT_THAT(header, HasSubstr("algorithm=SHA-256"));
}

TEST_F(AuthorizationTest, FallsBackToBasic) {
  ASSERT_TRUE(challenged({"Basic realm=\"cam\""}));

  EXPECT_EQ(answer(), "Basic TXVmYXNhOkNpcmNsZSBPZiBMaWZl");
}

TEST_F(AuthorizationTest, TheSameChallengeAgainMeansAWrongPassword) {
  ASSERT_TRUE(challenged({kWithoutQop}));
  answer();

  EXPECT_FALSE(challenged({kWithoutQop}));
}

TEST_F(AuthorizationTest, AFreshNonceForTheFirstAnswerMeansAWrongPassword) {
  ASSERT_TRUE(challenged({kWithoutQop}));
  answer();

  EXPECT_FALSE(challenged({R"(Digest realm="testrealm@host.com", nonce="another")"}));
}

TEST_F(AuthorizationTest, AStaleNonceIsReplaced) {
  ASSERT_TRUE(challenged({kWithoutQop}));
  answer();

  EXPECT_TRUE(challenged({R"(Digest realm="testrealm@host.com", nonce="fresh", stale=TRUE)"}));
  EXPECT_EQ(field(answer(), "nonce"), "fresh");
}

TEST_F(AuthorizationTest, ANonceThatWentOldSilentlyIsReplaced) {
  ASSERT_TRUE(challenged({kWithoutQop}));
  answer();
  answer();  // The first was accepted, or there would be no second.

  EXPECT_TRUE(challenged({R"(Digest realm="testrealm@host.com", nonce="fresh")"}));
}

TEST_F(AuthorizationTest, CannotAnswerWhatItDoesNotKnow) {
  EXPECT_FALSE(challenged({}));
  EXPECT_FALSE(challenged({"Negotiate"}));
  EXPECT_FALSE(challenged({R"(Digest realm="cam", nonce="n", algorithm=SHA-512-256)"}));
  Authorization nobody("", "");
  EXPECT_FALSE(nobody.take_challenge(challenge({kWithoutQop})));
}

TEST_F(AuthorizationTest, NeverShowsThePassword) {
  ASSERT_TRUE(challenged({kExample}));

  EXPECT_THAT(answer(), Not(HasSubstr("Circle")));
  EXPECT_THAT(answer(), StartsWith("Digest username=\"Mufasa\""));
}

TEST_F(AuthorizationTest, SurvivesMalformedChallenges) {
  for (const char* text : {"Digest ", "Digest ,,,", "Digest realm", "Digest realm=",
                           "Digest realm=\"", "Digest =\"\"", "Digest realm=\"a\"nonce=\"b\""}) {
    Authorization one("u", "p");
    if (one.take_challenge(challenge({text}))) {
      EXPECT_THAT(one.answer("GET", "/"), StartsWith("Digest ")) << text;
    }
  }
}

}  // namespace
}  // namespace candor::rtsp
