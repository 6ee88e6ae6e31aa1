// SPDX-License-Identifier: Apache-2.0
// Digest answers, nonces and what a wrong or old one gets.
#include "bench/camsim/digest_auth.h"

#include <chrono>
#include <string>
#include <string_view>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "bench/camsim/rtsp_message.h"
#include "core/time.h"

namespace candor::camsim {
namespace {

constexpr BootTime kStart{1'000'000'000};

class DigestAuthTest : public testing::Test {
 protected:
  /// Answers the challenge as a client with that password does.
  [[nodiscard]] static RtspRequest answer(std::string_view challenge, std::string_view password) {
    const std::string realm = digest_parameter(challenge, "realm");
    const std::string nonce = digest_parameter(challenge, "nonce");
    const std::string url = "rtsp://host/cam/0";
    const std::string response =
        digest_response({"admin", realm, password, "DESCRIBE", url, nonce});
    const std::string header =
        fmt::format(R"(Digest username="admin", realm="{}", nonce="{}", uri="{}", response="{}")",
                    realm, nonce, url, response);
    return {"DESCRIBE", url, {{"Authorization", header}}};
  }

  DigestAuth auth_{"admin", "s3cret", std::chrono::seconds(60)};
};

TEST_F(DigestAuthTest, GivesTheAnswerOfTheExampleOfRfc2617WithoutQop) {
  EXPECT_EQ(digest_response({"Mufasa", "testrealm@host.com", "Circle Of Life", "GET",
                             "/dir/index.html", "dcd98b7102dd2f0e8b11d0f600bfb0c093"}),
            "670fd8c2df070c60b045671b8b24ff02");
}

TEST_F(DigestAuthTest, ReadsQuotedAndBareParameters) {
  const std::string_view header = R"(Digest realm="a, b", algorithm=MD5,nonce="x=1",stale=TRUE)";
  EXPECT_EQ(digest_parameter(header, "realm"), "a, b");
  EXPECT_EQ(digest_parameter(header, "algorithm"), "MD5");
  EXPECT_EQ(digest_parameter(header, "nonce"), "x=1");
  EXPECT_EQ(digest_parameter(header, "Stale"), "TRUE");
  EXPECT_EQ(digest_parameter(header, "opaque"), "");
}

TEST_F(DigestAuthTest, AcceptsTheRightPassword) {
  const auto request = answer(auth_.challenge(kStart, false), "s3cret");
  EXPECT_EQ(auth_.check(request, kStart), AuthVerdict::kAccepted);
}

TEST_F(DigestAuthTest, RefusesAWrongPassword) {
  const auto request = answer(auth_.challenge(kStart, false), "guess");
  EXPECT_EQ(auth_.check(request, kStart), AuthVerdict::kWrong);
}

TEST_F(DigestAuthTest, AsksWhenNothingWasAnswered) {
  EXPECT_EQ(auth_.check({"DESCRIBE", "rtsp://host/cam/0", {}}, kStart), AuthVerdict::kMissing);
}

TEST_F(DigestAuthTest, CallsAnOldNonceStaleAndNotWrong) {
  const auto request = answer(auth_.challenge(kStart, false), "s3cret");
  EXPECT_EQ(auth_.check(request, kStart + std::chrono::seconds(61)), AuthVerdict::kStale);
}

TEST_F(DigestAuthTest, CallsANonceOfAnotherRunStale) {
  const DigestAuth before{"admin", "s3cret", std::chrono::seconds(60)};
  const auto request = answer(before.challenge(kStart, false), "s3cret");
  EXPECT_EQ(auth_.check(request, kStart), AuthVerdict::kStale);
}

}  // namespace
}  // namespace candor::camsim
