// SPDX-License-Identifier: Apache-2.0
#include "monitor/alarms/book.h"

#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace candor::alarms {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Alarm alarm(const std::string& kind, const std::string& room, std::int64_t since = 1,
            const std::string& detail = "") {
  return {.kind = kind, .room = room, .host = "", .origin = "", .since = {since}, .detail = detail};
}

class AlarmBookTest : public testing::Test {
 protected:
  std::vector<std::string> told() { return std::exchange(told_, {}); }

  std::vector<std::string> told_;
  AlarmBook book_{[this](const Alarm& alarm, bool has_ended) {
    told_.push_back((has_ended ? "-" : "+") + alarm.kind + " " + alarm.room);
  }};
};

TEST_F(AlarmBookTest, TellsEachAlarmOnceAndItsEndOnce) {
  book_.publish("witness", {alarm("log-silent", "a")});
  EXPECT_THAT(told(), ElementsAre("+log-silent a"));
  book_.publish("witness", {alarm("log-silent", "a", 9, "later words"), alarm("rewritten", "b")});
  EXPECT_THAT(told(), ElementsAre("+rewritten b"));
  book_.publish("witness", {alarm("rewritten", "b")});
  EXPECT_THAT(told(), ElementsAre("-log-silent a"));
  book_.publish("witness", {});
  EXPECT_THAT(told(), ElementsAre("-rewritten b"));
}

TEST_F(AlarmBookTest, KeepsSinceWhenAndTakesTheNewWords) {
  book_.publish("witness", {alarm("log-silent", "a", 5, "16 s")});
  book_.publish("witness", {alarm("log-silent", "a", 9, "17 s")});

  const auto open = book_.open();

  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].since, UtcTime{5});
  EXPECT_EQ(open[0].detail, "17 s");
}

TEST_F(AlarmBookTest, SourcesDoNotEndEachOthersAlarms) {
  book_.publish("witness", {alarm("rolled-back", "a", 7)});
  book_.publish("host h", {alarm("rolled-back", "a", 3)});
  book_.publish("host h", {});

  EXPECT_THAT(told(), ElementsAre("+rolled-back a", "+rolled-back a", "-rolled-back a"));
  EXPECT_EQ(book_.open().size(), 1U);
}

TEST_F(AlarmBookTest, TheSameAlarmTwiceInOneListIsOne) {
  book_.publish("host h", {alarm("unsigned", "a"), alarm("unsigned", "a")});
  EXPECT_THAT(told(), ElementsAre("+unsigned a"));
}

TEST_F(AlarmBookTest, ASourceCannotFillTheMemory) {
  std::vector<Alarm> many;
  for (std::size_t i = 0; i < kAlarmsOfSourceMax + 5; ++i) {
    many.push_back(alarm("unsigned", std::to_string(i)));
  }
  book_.publish("host h", many);
  EXPECT_EQ(book_.open().size(), kAlarmsOfSourceMax);
}

TEST_F(AlarmBookTest, ShowsTheOldestFirst) {
  book_.publish("a", {alarm("unsigned", "x", 5)});
  book_.publish("b", {alarm("unsigned", "y", 2)});

  EXPECT_EQ(boost::json::serialize(book_.json().at(0)),
            R"({"kind":"unsigned","room":"y","host":"","origin":"",)"
            R"("since":"1970-01-01T00:00:00.000000002Z","detail":""})");
}

}  // namespace
}  // namespace candor::alarms
