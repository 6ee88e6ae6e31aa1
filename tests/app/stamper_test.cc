// SPDX-License-Identifier: Apache-2.0
// What is stamped when, what is kept, and what goes on after a failure or a restart.
#include "app/capture/time/stamper.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "tests/app/stamper_fixture.h"

namespace candor::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class StamperTest : public StamperFixture {};

TEST_F(StamperTest, KeepsNoteAndTokensOfBothAuthoritiesOnBothVolumes) {
  publish({.size = 11});
  start();

  ASSERT_TRUE(until([&] { return is_settled(2); }));
  for (const char* volume : {"a", "b"}) {
    EXPECT_THAT(tokens(volume), UnorderedElementsAre("11.note", "11-tsa-1.tsr", "11-tsa-2.tsr"));
  }
  const std::string note = bytes_of("a/log/room-1/1/timestamps/11.note");
  EXPECT_EQ(note, evidence::format_note(board_.all().front()->cosigned_note));
  EXPECT_EQ(status(0).last.ns, 1'790'000'000 * kNs);
  EXPECT_EQ(status(0).pending, 0U);
}

TEST_F(StamperTest, TheLogSaysWhatWasStampedAndWithWhat) {
  publish({.size = 11});
  start();

  ASSERT_TRUE(until([&] { return is_settled(2); }));
  for (const evidence::TimeAnchorBody& anchor : anchors()) {
    const std::string base = "a/log/room-1/1/timestamps/11";
    EXPECT_EQ(anchor.origin, "rec.example/site7/room-1/1");
    EXPECT_EQ(anchor.size, 11U);
    EXPECT_EQ(anchor.time.ns, 1'790'000'000 * kNs);
    EXPECT_EQ(anchor.note_digest, evidence::sha256(as_bytes(bytes_of(base + ".note"))));
    EXPECT_EQ(anchor.token_digest,
              evidence::sha256(as_bytes(bytes_of(base + "-" + anchor.authority + ".tsr"))));
  }
}

TEST_F(StamperTest, StampsEachHourAndNotBefore) {
  publish({.size = 11});
  start();
  ASSERT_TRUE(until([&] { return is_settled(2); }));
  clock_.seconds += 3'599;
  publish({.size = 20});
  std::this_thread::sleep_for(20ms);  // Many looks: nothing is due.
  EXPECT_EQ(anchors().size(), 2U);

  clock_.seconds += 1;

  ASSERT_TRUE(until([&] { return is_settled(4); }));
  EXPECT_EQ(anchors().back().size, 20U);
}

TEST_F(StamperTest, TheEndOfASessionIsStampedOverACheckpointThatHoldsIt) {
  publish({.size = 11});
  start();
  ASSERT_TRUE(until([&] { return is_settled(2); }));
  publish({.size = 15, .session_end = 17});
  std::this_thread::sleep_for(20ms);  // It does not hold the end yet.
  EXPECT_EQ(anchors().size(), 2U);

  publish({.size = 18, .session_end = 17});

  ASSERT_TRUE(until([&] { return is_settled(4); }));
  EXPECT_EQ(anchors().back().size, 18U);
  publish({.size = 25, .session_end = 17});
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(anchors().size(), 4U) << "one end is stamped once";
}

TEST_F(StamperTest, ACosignedCheckpointIsWaitedForButNotForEver) {
  choice_.cosign_wait = 24h;
  publish({.size = 11, .is_cosigned = false});
  start();
  std::this_thread::sleep_for(20ms);
  EXPECT_THAT(jobs(), IsEmpty());
  stamper_.reset();

  choice_.cosign_wait = 1ms;
  start();

  EXPECT_TRUE(until([&] { return is_settled(2); }));
}

TEST_F(StamperTest, ALogWithoutWitnessesWaitsForNone) {
  choice_.cosign_wait = 24h;
  publish({.size = 11, .is_cosigned = false, .standing = LogStanding::kNoWitness});
  start();

  EXPECT_TRUE(until([&] { return is_settled(2); }));
}

TEST_F(StamperTest, ALogThatIsNotSignedIsNotStamped) {
  publish({.size = 11, .standing = LogStanding::kClosed});
  start();
  std::this_thread::sleep_for(20ms);

  EXPECT_THAT(jobs(), IsEmpty());
  EXPECT_EQ(one_->asked, 0);
}

TEST_F(StamperTest, AnAuthorityThatIsDownIsAskedUntilItStamps) {
  two_->way = TestLine::Way::kDown;
  publish({.size = 11});
  start();

  ASSERT_TRUE(until([&] { return two_->asked >= 3 && anchors().size() == 1; }));
  EXPECT_THAT(jobs(), ElementsAre("room-1.1.11.json"));
  EXPECT_THAT(status(1).fault, HasSubstr("nobody listens"));
  EXPECT_EQ(status(1).pending, 1U);
  two_->way = TestLine::Way::kGood;

  ASSERT_TRUE(until([&] { return is_settled(2); }));
  EXPECT_THAT(tokens("b"), UnorderedElementsAre("11.note", "11-tsa-1.tsr", "11-tsa-2.tsr"));
  EXPECT_EQ(status(1).fault, "");
}

TEST_F(StamperTest, NoAnswerIsKeptThatIsNotBelieved) {
  one_->way = TestLine::Way::kGarbage;
  two_->way = TestLine::Way::kOtherNote;
  publish({.size = 11});
  start();

  ASSERT_TRUE(until([&] { return one_->asked >= 3 && two_->asked >= 3; }));
  EXPECT_THAT(tokens(), IsEmpty());
  EXPECT_THAT(anchors(), IsEmpty());
  EXPECT_THAT(status(0).fault, HasSubstr("no time stamp answer"));
  EXPECT_THAT(status(1).fault, HasSubstr("message imprint mismatch"));
  one_->way = two_->way = TestLine::Way::kGood;

  EXPECT_TRUE(until([&] { return is_settled(2); }));
}

TEST_F(StamperTest, ASlowAuthorityHoldsUpNobody) {
  one_->is_slow = true;
  publish({.size = 11});
  start();

  ASSERT_TRUE(until([&] { return anchors().size() == 1; }));
  const auto begun = std::chrono::steady_clock::now();
  stamper_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
  EXPECT_EQ(anchors().front().authority, "tsa-2");
}

TEST_F(StamperTest, AnAuthorityThatNeverAnswersIsGivenUpAndAskedAgain) {
  retry_.give_up = 20ms;
  one_->is_slow = true;
  publish({.size = 11});
  start();

  ASSERT_TRUE(until([&] { return one_->asked >= 2; }));
  EXPECT_EQ(status(0).fault, "no answer");
  one_->is_slow = false;

  EXPECT_TRUE(until([&] { return is_settled(2); }));
}

TEST_F(StamperTest, WhatIsOpenGoesOnAfterARestart) {
  two_->way = TestLine::Way::kDown;
  publish({.size = 11, .session_end = 10});
  start();
  ASSERT_TRUE(until([&] { return anchors().size() == 1 && two_->asked > 0; }));
  stamper_.reset();
  two_->way = TestLine::Way::kGood;
  publish({.size = 30});

  start();

  ASSERT_TRUE(until([&] { return is_settled(2); }));
  EXPECT_EQ(anchors().back().size, 11U) << "and within the hour nothing else is due";
  EXPECT_THAT(tokens("b"), UnorderedElementsAre("11.note", "11-tsa-1.tsr", "11-tsa-2.tsr"));
}

TEST_F(StamperTest, WhatTheLogDidNotTakeDurablyIsLoggedAfterARestart) {
  makes_durable_ = false;
  publish({.size = 11});
  start();
  ASSERT_TRUE(until([&] { return anchors().size() == 2; }));
  stamper_.reset();
  EXPECT_THAT(jobs(), ElementsAre("room-1.1.11.json"));
  makes_durable_ = true;

  start();

  EXPECT_TRUE(until([&] { return is_settled(4); }));
}

TEST_F(StamperTest, AVolumeThatWasAwayGetsTheTokensWhenItIsBack) {
  lose_volume("b");
  publish({.size = 11});
  start();
  ASSERT_TRUE(until([&] { return anchors().size() == 2; }));
  EXPECT_THAT(tokens("b"), IsEmpty());
  EXPECT_THAT(jobs(), ElementsAre("room-1.1.11.json"));

  lose_volume("");

  ASSERT_TRUE(until([&] { return is_settled(2); }));
  EXPECT_THAT(tokens("b"), UnorderedElementsAre("11.note", "11-tsa-1.tsr", "11-tsa-2.tsr"));
}

TEST_F(StamperTest, AnHourlyCheckpointThatNobodyStampedGivesWayToANewerOne) {
  one_->way = two_->way = TestLine::Way::kDown;
  publish({.size = 11});
  start();
  ASSERT_TRUE(until([&] { return jobs() == std::vector<std::string>{"room-1.1.11.json"}; }));
  clock_.seconds += 3'600;
  publish({.size = 15, .session_end = 14});
  ASSERT_TRUE(until([&] { return jobs() == std::vector<std::string>{"room-1.1.15.json"}; }));
  clock_.seconds += 3'600;

  publish({.size = 30, .session_end = 14});

  ASSERT_TRUE(until([&] { return jobs().size() == 2; }));
  EXPECT_THAT(jobs(), UnorderedElementsAre("room-1.1.15.json", "room-1.1.30.json"))
      << "a session's end stays";
}

TEST_F(StamperTest, ARoomThatIsNotRecordedAnyMoreEndsItsJob) {
  std::filesystem::create_directories(folder_ / "a/log/gone-1/1");
  std::filesystem::create_directories(folder_ / "b/log/gone-1/1");
  publish({.size = 5, .room = "gone-1"});
  start();

  EXPECT_TRUE(
      until([&] { return jobs().empty() && names("a/log/gone-1/1/timestamps").size() == 3; }));
}

TEST_F(StamperTest, AFileInTheStateThatIsNoJobIsPassedOver) {
  std::filesystem::create_directories(folder_ / "state/timestamps");
  std::ofstream(folder_ / "state/timestamps/room-1.1.7.json") << "{\"room\":7}";
  std::ofstream(folder_ / "state/timestamps/last.json") << "[";
  publish({.size = 11});
  start();

  EXPECT_TRUE(until([&] { return anchors().size() == 2; }));
}

}  // namespace
}  // namespace candor::app
