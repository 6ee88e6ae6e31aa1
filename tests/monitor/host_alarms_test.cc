// SPDX-License-Identifier: Apache-2.0
// Alarms of hosts and of the monitor, as far as the console's answer.
#include "monitor/host_alarms.h"

#include <future>

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include "tests/monitor/monitored.h"

namespace candor::monitor {
namespace {

namespace json = boost::json;

std::vector<alarms::Alarm> found_in(const std::string& status) {
  return alarms_in(json::parse(status).as_object(), "host-1", {5});
}

TEST(HostAlarmsTest, TakesWhatAHostSays) {
  const auto found = found_in(
      R"({"alarms":[{"kind":"clock-free","room":"r","since":"1970-01-01T00:00:01Z","detail":"x"}]})");

  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(json::serialize(to_json(found[0])),
            R"({"kind":"clock-free","room":"r","host":"host-1","origin":"",)"
            R"("since":"1970-01-01T00:00:01.000000000Z","detail":"x"})");
}

TEST(HostAlarmsTest, LeavesOutWhatItDoesNotKnow) {
  EXPECT_TRUE(found_in("{}").empty());
  EXPECT_TRUE(found_in(R"({"alarms":7})").empty());
  EXPECT_TRUE(found_in(R"({"alarms":[7,{},{"kind":7},{"kind":"dance"}]})").empty());
}

TEST(HostAlarmsTest, ATimeThatIsMissingIsNowAndALongTextIsCut) {
  const auto found = found_in(R"({"alarms":[{"kind":"unsigned","since":7,"detail":")" +
                              std::string(5000, 'x') + R"("}]})");

  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].since, UtcTime{5});
  EXPECT_EQ(found[0].detail.size(), 512U);
}

class ShownAlarmsTest : public test::MonitoredTest {};

TEST_F(ShownAlarmsTest, StandBesideTheRooms) {
  std::promise<void> published;
  boost::asio::post(*context_, [&] {
    book_.publish("witness", {{.kind = "rewritten",
                               .room = "r",
                               .host = "",
                               .origin = "o/r/1",
                               .since = {1},
                               .detail = "d"}});
    published.set_value();
  });
  published.get_future().wait();

  const json::object answer = logged_in().get("/api/rooms").json();

  EXPECT_EQ(json::serialize(answer.at("alarms")),
            R"([{"kind":"rewritten","room":"r","host":"","origin":"o/r/1",)"
            R"("since":"1970-01-01T00:00:00.000000001Z","detail":"d"}])");
}

}  // namespace
}  // namespace candor::monitor
