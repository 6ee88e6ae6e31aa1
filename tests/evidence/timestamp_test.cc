// SPDX-License-Identifier: Apache-2.0
// What is asked of a time stamp authority, and which of its answers are believed.
#include "evidence/timestamp.h"

#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <openssl/ts.h>

#include "tests/support/memory_tsa.h"

namespace candor::evidence {
namespace {

using test::MemoryTsa;
using testing::HasSubstr;

constexpr std::string_view kNote = "rec.example/site7/room-03/1\n11\n...\n";
constexpr std::int64_t kTimeS = 1'790'000'000;

class TimestampTest : public testing::Test {
 protected:
  TimestampQuery query_ = make_timestamp_query(as_bytes(kNote)).value();

  [[nodiscard]] TimestampExpectation expected() const {
    return {.imprint = query_.imprint, .nonce = query_.nonce};
  }

  // The verdict on a reply as a text: its time, or "kind: why".
  static std::string verdict(ByteView reply, const TimestampExpectation& expected,
                             const std::string& pem) {
    const TimestampTrust trust = TimestampTrust::parse(pem).value();
    const auto stamp = verify_timestamp(reply, expected, trust);
    return stamp.has_value()
               ? to_rfc3339(stamp->time)
               : std::string(to_string(stamp.error().kind())) + ": " + stamp.error().message();
  }
};

TEST_F(TimestampTest, AQueryAsksForSha256WithNonceAndCertificate) {
  const unsigned char* at = query_.der.data();
  const std::unique_ptr<TS_REQ, FreeBy<TS_REQ_free>> request(
      d2i_TS_REQ(nullptr, &at, static_cast<long>(query_.der.size())));
  ASSERT_NE(request, nullptr);
  TS_MSG_IMPRINT* imprint = TS_REQ_get_msg_imprint(request.get());
  const ASN1_OCTET_STRING* digest = TS_MSG_IMPRINT_get_msg(imprint);

  EXPECT_EQ(TS_REQ_get_version(request.get()), 1);
  EXPECT_EQ(TS_REQ_get_cert_req(request.get()), 1);
  EXPECT_NE(TS_REQ_get_nonce(request.get()), nullptr);
  EXPECT_EQ(TS_REQ_get_policy_id(request.get()), nullptr);
  EXPECT_EQ(OBJ_obj2nid(TS_MSG_IMPRINT_get_algo(imprint)->algorithm), NID_sha256);
  EXPECT_EQ(
      to_hex({ASN1_STRING_get0_data(digest), static_cast<std::size_t>(ASN1_STRING_length(digest))}),
      to_hex(sha256(as_bytes(kNote))));
}

TEST_F(TimestampTest, NoTwoQueriesAreTheSame) {
  EXPECT_NE(query_.nonce, make_timestamp_query(as_bytes(kNote)).value().nonce);
}

TEST_F(TimestampTest, APolicyIsAnObjectIdentifier) {
  EXPECT_TRUE(make_timestamp_query(as_bytes(kNote), "1.2.3.4").has_value());
  EXPECT_FALSE(make_timestamp_query(as_bytes(kNote), "policy").has_value());
}

TEST_F(TimestampTest, AnAnswerWithAnEllipticKeyIsBelieved) {
  MemoryTsa tsa({.time_s = kTimeS});
  const TimestampTrust trust = TimestampTrust::parse(tsa.pem()).value();

  const auto stamp = verify_timestamp(tsa.answer(query_.der), expected(), trust);

  ASSERT_TRUE(stamp.has_value()) << stamp.error().message();
  EXPECT_EQ(stamp->time.ns, kTimeS * 1'000'000'000);
  EXPECT_EQ(stamp->policy, "1.2.3.4");
  EXPECT_EQ(stamp->serial, "1234");
  EXPECT_EQ(stamp->accuracy, std::chrono::milliseconds(1500));
}

TEST_F(TimestampTest, AnAnswerWithAnRsaKeyIsBelieved) {
  MemoryTsa tsa({.is_rsa = true, .time_s = kTimeS});
  EXPECT_EQ(verdict(tsa.answer(query_.der), expected(), tsa.pem()),
            "2026-09-21T14:13:20.000000000Z");
}

TEST_F(TimestampTest, AStoredTokenIsJudgedWithoutItsNonce) {
  MemoryTsa tsa({.time_s = kTimeS});
  EXPECT_EQ(verdict(tsa.answer(query_.der), {.imprint = query_.imprint}, tsa.pem()),
            "2026-09-21T14:13:20.000000000Z");
}

TEST_F(TimestampTest, ACertificateThatHasExpiredSinceIsGoodForItsTime) {
  MemoryTsa tsa(
      {.valid_from_s = 1'500'000'000, .valid_to_s = 1'500'100'000, .time_s = 1'500'050'000});
  EXPECT_EQ(verdict(tsa.answer(query_.der), expected(), tsa.pem()),
            "2017-07-14T16:33:20.000000000Z");
}

TEST_F(TimestampTest, ACertificateThatWasNotValidAtThatTimeIsNot) {
  MemoryTsa tsa({.valid_from_s = 1'500'000'000, .valid_to_s = 1'500'100'000, .time_s = kTimeS});
  EXPECT_THAT(verdict(tsa.answer(query_.der), expected(), tsa.pem()),
              HasSubstr("permission-denied: the time stamp is not believed: "
                        "certificate verify error"));
}

TEST_F(TimestampTest, AnotherAuthoritysCertificateIsNot) {
  MemoryTsa tsa({.time_s = kTimeS});
  const MemoryTsa other({.time_s = kTimeS});
  EXPECT_THAT(verdict(tsa.answer(query_.der), expected(), other.pem()),
              HasSubstr("permission-denied"));
}

TEST_F(TimestampTest, AnswersToOtherQuestionsAreNot) {
  MemoryTsa tsa({.time_s = kTimeS});
  const TimestampQuery other_note = make_timestamp_query(as_bytes("another note")).value();
  const TimestampQuery same_note = make_timestamp_query(as_bytes(kNote)).value();

  EXPECT_THAT(verdict(tsa.answer(other_note.der), expected(), tsa.pem()),
              HasSubstr("permission-denied: the time stamp is not believed: message imprint "
                        "mismatch"));
  EXPECT_THAT(verdict(tsa.answer(same_note.der), expected(), tsa.pem()),
              HasSubstr("permission-denied: the time stamp is not believed: nonce mismatch"));
}

TEST_F(TimestampTest, AnotherPolicyIsNot) {
  MemoryTsa tsa({.time_s = kTimeS});
  TimestampExpectation strict = expected();
  strict.policy = "1.2.3.5";
  EXPECT_THAT(verdict(tsa.answer(query_.der), strict, tsa.pem()),
              HasSubstr("permission-denied: the time stamp is not believed: policy mismatch"));
}

TEST_F(TimestampTest, ARefusalSaysWhy) {
  MemoryTsa tsa({.time_s = kTimeS});
  const TimestampQuery strange = make_timestamp_query(as_bytes(kNote), "1.2.3.5").value();
  EXPECT_THAT(verdict(tsa.answer(strange.der), expected(), tsa.pem()),
              HasSubstr("unavailable: the authority refuses (2): "));
}

TEST_F(TimestampTest, WhatIsNoAnswerIsNotRead) {
  MemoryTsa tsa({.time_s = kTimeS});
  Bytes longer = tsa.answer(query_.der);
  longer.push_back(0);
  const Bytes cut(longer.begin(), longer.begin() + 100);

  for (const ByteView reply : {ByteView(), ByteView(longer), ByteView(cut), as_bytes("<html>")}) {
    EXPECT_THAT(verdict(reply, expected(), tsa.pem()),
                HasSubstr("invalid-argument: no time stamp"));
  }
}

// Whatever is changed in it: it is refused, or it says the same.
TEST_F(TimestampTest, NoChangedByteChangesWhatABelievedAnswerSays) {
  MemoryTsa tsa({.time_s = kTimeS});
  const TimestampTrust trust = TimestampTrust::parse(tsa.pem()).value();
  const Bytes good = tsa.answer(query_.der);
  std::size_t refused = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes changed = good;
    changed[i] ^= 0x01U;
    const auto stamp = verify_timestamp(changed, expected(), trust);
    refused += stamp.has_value() ? 0 : 1;
    EXPECT_TRUE(!stamp.has_value() || stamp->time.ns == kTimeS * 1'000'000'000) << "byte " << i;
  }
  EXPECT_GT(refused, good.size() * 9 / 10);
}

TEST_F(TimestampTest, TrustIsCertificatesAndNothingElse) {
  const MemoryTsa tsa({});
  EXPECT_TRUE(TimestampTrust::parse(tsa.pem() + tsa.pem()).has_value());
  for (const std::string& pem :
       {std::string(), std::string("text"), std::string("-----BEGIN CERTIFICATE-----\nAAAA\n"),
        tsa.pem() + "-----BEGIN CERTIFICATE-----\nAAAA\n"}) {
    EXPECT_FALSE(TimestampTrust::parse(pem).has_value()) << pem;
  }
}

}  // namespace
}  // namespace candor::evidence
