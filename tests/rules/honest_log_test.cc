// SPDX-License-Identifier: Apache-2.0
// Logs of the real recorder, whatever its day was like: no rule finds anything.
#include <gmock/gmock.h>

#include "tests/rules/forger.h"
#include "tests/rules/recorded_room.h"

namespace candor::rules {
namespace {

using test::FileOp;
using test::RecordedRoom;

class HonestLogTest : public testing::Test {
 protected:
  void TearDown() override {
    EXPECT_EQ(test::text_of(test::judge(room_.entries(), room_.origin())), "");
  }
  RecordedRoom room_{"room-1", 2};
};

TEST_F(HonestLogTest, OfARoomThatRecordsForMinutes) {
  room_.start();
  room_.record(200);
  room_.stop();
  EXPECT_GT(room_.entries().size(), 400U);
}

TEST_F(HonestLogTest, OfSessionsWithPausesBetween) {
  room_.start();
  room_.open_session();
  room_.record(40);
  room_.close_session();
  room_.wait(70);
  room_.open_session();
  room_.record(20);
  room_.close_session();
  room_.wait(30);
  room_.stop();
}

TEST_F(HonestLogTest, OfACameraThatIsOffForThirtySeconds) {
  room_.start();
  room_.open_session();
  room_.record(20);
  room_.turn_off(1);
  room_.record(30);
  room_.turn_on(1);
  room_.record(70);
  room_.close_session();
}

TEST_F(HonestLogTest, OfAProgramThatWasKilledInASession) {
  room_.start();
  room_.open_session();
  room_.record(20);
  room_.crash();
  room_.clock().pass(std::chrono::seconds(45));
  room_.start();
  room_.record(40);
  room_.close_session();
  room_.stop();
}

TEST_F(HonestLogTest, OfAWallClockThatWasSet) {
  room_.start();
  room_.record(10);
  room_.clock().set_wall_clock(std::chrono::hours(-1));
  room_.record(10);
  room_.clock().set_wall_clock(std::chrono::milliseconds(80));
  room_.record(10);
  room_.stop();
  room_.clock().set_wall_clock(std::chrono::hours(2));
  room_.start();
  room_.record(10);
  EXPECT_EQ(std::ranges::count_if(room_.entries(),
                                  [](const Bytes& entry) {
                                    return evidence::decode_entry(entry)->header.type ==
                                           evidence::EntryType::kClock;
                                  }),
            3);
}

TEST_F(HonestLogTest, OfAMachineThatSleptForAMinute) {
  room_.start();
  room_.record(10);
  room_.clock().pass(std::chrono::minutes(1));
  room_.record(10);
}

TEST_F(HonestLogTest, OfADiskThatFails) {
  room_.start();
  room_.open_session();
  room_.record(20);
  room_.disk().fail(FileOp::kSync, "/media/");
  room_.record(3);
  room_.disk().heal();
  room_.record(20);
  room_.disk().corrupt("/media/");
  room_.record(2);
  room_.disk().heal();
  room_.record(20);
  room_.close_session();
}

}  // namespace
}  // namespace candor::rules
