// SPDX-License-Identifier: Apache-2.0
// What is signed and what is not.
#include "signer/desk.h"

#include <string>

#include <gmock/gmock.h>

#include "core/base64.h"
#include "tests/signer/signer_fixture.h"

namespace candor::signer {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(DeskTest, TheFirstCheckpointNeedsNoProof) { EXPECT_EQ(sign(0, 5), "signed"); }

TEST_F(DeskTest, SignsWhatExtendsTheLastOne) {
  EXPECT_EQ(sign(0, 5), "signed");
  EXPECT_EQ(sign(5, 11), "signed");
  EXPECT_EQ(sign(11, 12), "signed");
  EXPECT_EQ(sign(12, 700), "signed");
}

TEST_F(DeskTest, SignsTheSameAgain) {
  EXPECT_EQ(sign(0, 5), "signed");
  EXPECT_EQ(sign(5, 5), "signed");
  EXPECT_EQ(sign(0, 5), "signed") << "asked again after a lost answer";
}

TEST_F(DeskTest, TheSignatureOfTheSameIsTheSame) {
  EXPECT_EQ(ask(format_sign(log_.request(0, 5))), ask(format_sign(log_.request(0, 5))));
}

TEST_F(DeskTest, RefusesAShorterLog) {
  EXPECT_EQ(sign(0, 11), "signed");
  EXPECT_EQ(sign(0, 5), "the checkpoint is smaller than the last one; last 11");
  EXPECT_EQ(sign(0, 0), "the checkpoint is smaller than the last one; last 11");
  EXPECT_EQ(sign(11, 12), "signed");
}

TEST_F(DeskTest, RefusesAForkOfTheSameSize) {
  GrownLog other("two");
  EXPECT_EQ(sign(0, 5), "signed");

  EXPECT_EQ(sign(other.request(0, 5)), "another root was signed at this size; last 5");
  EXPECT_EQ(sign(other.request(5, 5)), "another root was signed at this size; last 5");
  EXPECT_EQ(sign(5, 6), "signed");
}

TEST_F(DeskTest, RefusesALongerLogWithAnotherPast) {
  GrownLog other("two");
  EXPECT_EQ(sign(0, 5), "signed");

  EXPECT_THAT(sign(other.request(5, 11)), StartsWith("the proof fails: "));
  EXPECT_THAT(sign(other.request(5, 11)), testing::EndsWith("; last 5"));
}

TEST_F(DeskTest, RefusesAPastThatWasRewrittenAtItsEnd) {
  GrownLog other;
  other.grow_to(4);
  other.go_on_as("two");
  EXPECT_EQ(sign(0, 5), "signed");

  EXPECT_THAT(sign(other.request(5, 11)), StartsWith("the proof fails: "));
}

TEST_F(DeskTest, AWrongOldSizeIsAnsweredWithTheRightOne) {
  EXPECT_EQ(sign(0, 5), "signed");

  EXPECT_EQ(ask(format_sign(log_.request(0, 11))), "refused: last 5\n");
  EXPECT_EQ(ask(format_sign(log_.request(4, 11))), "refused: last 5\n");
  EXPECT_EQ(ask(format_sign(log_.request(6, 11))), "refused: last 5\n");
  EXPECT_EQ(sign(5, 11), "signed");
}

TEST_F(DeskTest, RefusesAProofOfOtherHashesOrOfAnotherLength) {
  EXPECT_EQ(sign(0, 5), "signed");
  const SignRequest good = log_.request(5, 11);
  for (std::size_t i = 0; i < good.proof.size(); ++i) {
    SignRequest bad = good;
    bad.proof[i][31] ^= 1;
    EXPECT_THAT(sign(bad), StartsWith("the proof fails: ")) << i;
  }
  SignRequest longer = good;
  longer.proof.push_back(good.proof[0]);
  EXPECT_THAT(sign(longer), StartsWith("the proof fails: "));
  SignRequest shorter = good;
  shorter.proof.pop_back();
  EXPECT_THAT(sign(shorter), StartsWith("the proof fails: "));
}

TEST_F(DeskTest, ARootThatTheProofDoesNotReachIsNotSigned) {
  EXPECT_EQ(sign(0, 5), "signed");
  SignRequest bad = log_.request(5, 11);
  bad.checkpoint.root[0] ^= 1;

  EXPECT_THAT(sign(bad), StartsWith("the proof fails: "));
}

TEST_F(DeskTest, EachOriginHasItsOwnKeyAndSize) {
  GrownLog second("two", "rec.example/site7/room-04/1");
  EXPECT_EQ(sign(0, 11), "signed");
  EXPECT_EQ(sign(second.request(0, 3)), "signed");

  EXPECT_NE(vkey().key, vkey("rec.example/site7/room-04/1").key);
  EXPECT_EQ(sign(second.request(3, 4)), "signed");
}

TEST_F(DeskTest, OriginsOfOtherSitesAreRefused) {
  restart({.state = {}, .origin_prefix = "rec.example/site7/", .makes_keys = true});
  GrownLog foreign("one", "rec.example/site8/room-03/1");

  EXPECT_EQ(sign(0, 5), "signed");
  EXPECT_THAT(ask(format_sign(foreign.request(0, 5))),
              HasSubstr("does not begin with rec.example/site7/"));
}

TEST_F(DeskTest, WithoutTheRightToMakeKeysNoneIsMade) {
  restart({.state = {}, .origin_prefix = {}, .makes_keys = false});

  EXPECT_THAT(ask(format_vkey_question(kOrigin)), HasSubstr("make_keys is false"));
  EXPECT_EQ(content_of(key_file()), "");
}

TEST_F(DeskTest, NoMoreOriginsAreBegunThanTheLimit) {
  for (std::size_t i = 0; i < kOriginsMax; ++i) {
    std::ofstream(path_of_origin(folder(), std::to_string(i)) + ".last") << "";
  }

  EXPECT_THAT(ask(format_vkey_question(kOrigin)), HasSubstr("there are 1000 origins"));
}

TEST_F(DeskTest, WhatIsNoRequestIsRefusedInOneLine) {
  for (const std::string bad :
       {"", "\n", "sign", "sign\n", "vkey", "vkey \n", "vkey a b\n", "vkey a\nmore\n",
        "sign\nold x\n\n", "sign\nold 0\n", "sign\nold 0\n\n\n0\n\n", "sign\nold 0\nnot base64\n\n",
        "delete a\n"}) {
    const std::string answer = ask(bad);
    EXPECT_THAT(answer, StartsWith("refused: ")) << bad;
    EXPECT_EQ(std::count(answer.begin(), answer.end(), '\n'), 1) << answer;
  }
}

TEST_F(DeskTest, SizeZeroIsSignedWithTheEmptyRootOnly) {
  EXPECT_EQ(sign(0, 0), "signed");
  SignRequest bad = log_.request(0, 0);
  bad.checkpoint.root[0] ^= 1;

  EXPECT_EQ(sign(bad), "another root was signed at this size; last 0");
}

TEST(AlarmLinesTest, TenAMinuteAreWrittenAndTheOthersCounted) {
  AlarmLines alarms;
  const AlarmLines::Clock::time_point start;
  std::uint64_t unsaid = 0;
  int told = 0;
  for (int i = 0; i < 25; ++i) {
    told += alarms.may_tell(start + std::chrono::seconds(i), unsaid) ? 1 : 0;
  }

  EXPECT_EQ(told, 10);
  EXPECT_TRUE(alarms.may_tell(start + std::chrono::minutes(1), unsaid));
  EXPECT_EQ(unsaid, 15U);
}

}  // namespace
}  // namespace candor::signer
