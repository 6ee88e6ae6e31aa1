// SPDX-License-Identifier: Apache-2.0
#include "monitor/witness/watch.h"

#include <set>

#include <gmock/gmock.h>

#include "tests/witness/moved_clock.h"

namespace candor::witness {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kLog = "rec.example/site7/room-03/1";

class WatchTest : public testing::Test {
 protected:
  // "log-silent room-03", ...
  std::vector<std::string> alarms(bool was_cosigned = true) {
    std::vector<std::string> found;
    for (const auto& alarm :
         watch_.alarms({{.origin = kLog, .was_cosigned = was_cosigned}}, refusals_)) {
      found.push_back(alarm.kind + " " + alarm.room);
    }
    return found;
  }

  test::MovedClock clock_;
  std::set<std::string, std::less<>> in_session_;
  std::vector<records::Refused> refusals_;
  Watch watch_{clock_, [this](std::string_view room) { return in_session_.contains(room); }};
};

TEST_F(WatchTest, ALogThatStopsIsSilentAfter15SecondsUntilItGrows) {
  watch_.note_growth(kLog);
  clock_.pass(15s);
  EXPECT_THAT(alarms(), IsEmpty());
  clock_.pass(1s);
  EXPECT_THAT(alarms(), ElementsAre("log-silent room-03"));
  watch_.note_growth(kLog);
  EXPECT_THAT(alarms(), IsEmpty());
}

TEST_F(WatchTest, ALogThatNeverShowedAnythingIsNotSilent) {
  clock_.pass(1h);
  EXPECT_THAT(alarms(false), IsEmpty());
  clock_.pass(1h);
  EXPECT_THAT(alarms(false), IsEmpty());
}

TEST_F(WatchTest, AfterAStartRecordersHaveHalfAMinute) {
  EXPECT_THAT(alarms(), IsEmpty());
  clock_.pass(30s);
  EXPECT_THAT(alarms(), IsEmpty());
  clock_.pass(1s);
  EXPECT_THAT(alarms(), ElementsAre("log-silent room-03"));
}

TEST_F(WatchTest, AStepOfTheWallClockIsNoSilence) {
  watch_.note_growth(kLog);
  clock_.step_utc(24h);
  EXPECT_THAT(alarms(), IsEmpty());
  clock_.step_utc(-48h);
  clock_.pass(16s);
  EXPECT_THAT(alarms(), ElementsAre("log-silent room-03"));
}

TEST_F(WatchTest, ARoomInSessionIsUnwitnessedAfterTenSeconds) {
  watch_.note_growth(kLog);
  clock_.pass(11s);
  EXPECT_THAT(alarms(), IsEmpty());
  in_session_.insert("room-03");
  EXPECT_THAT(alarms(), ElementsAre("unwitnessed room-03"));
}

TEST_F(WatchTest, ALogThatIsEnrolledNoMoreIsNoAlarm) {
  watch_.note_growth(kLog);
  clock_.pass(20s);
  EXPECT_THAT(alarms(), ElementsAre("log-silent room-03"));
  EXPECT_THAT(watch_.alarms({}, {}), IsEmpty());
}

TEST_F(WatchTest, WhatWasRefusedIsAnAlarmWithItsFigures) {
  records::Refused refused;
  refused.origin = kLog;
  refused.kind = records::RefusedKind::kRolledBack;
  refused.size = 5;
  refused.cosigned_size = 9;
  refused.first = {7};

  const auto alarms = watch_.alarms({}, {refused});

  ASSERT_EQ(alarms.size(), 1U);
  EXPECT_EQ(alarms[0].kind, "rolled-back");
  EXPECT_EQ(alarms[0].detail, "9 entries were cosigned, the log's key signed 5");
  EXPECT_EQ(alarms[0].since, UtcTime{7});
}

TEST(OriginTest, HasARoomAndAnEpochInOneFormOnly) {
  EXPECT_EQ(room_of(kLog), "room-03");
  EXPECT_EQ(parts_of(kLog).prefix, "rec.example/site7/room-03/");
  EXPECT_EQ(parts_of("rec.example/site7/room-03/12").epoch, 12U);
  for (const char* other : {"", "log", "a/b", "a/0", "a/-1", "a/1x", "a/99999999999999999999"}) {
    EXPECT_EQ(parts_of(other).prefix, "") << other;
    EXPECT_EQ(room_of(other), "") << other;
  }
}

}  // namespace
}  // namespace candor::witness
