// SPDX-License-Identifier: Apache-2.0
// Hosts that come, go, and say what nobody expects.
#include <boost/json.hpp>
#include <gmock/gmock.h>

#include "monitor/hello.h"
#include "tests/monitor/monitored.h"
#include "tests/net/served.h"

namespace candor::monitor {
namespace {

namespace json = boost::json;
using test::Browser;
using test::session_id;
using testing::HasSubstr;
using testing::StartsWith;

class ApiHostTest : public test::MonitoredTest {};

TEST_F(ApiHostTest, OpenPagesAreToldThatAHostIsAwayAndBack) {
  const Browser browser = logged_in();
  test::LivePage page(browser);

  host().stop();
  EXPECT_EQ(page.next(), "away(host-1)");

  host().start();
  EXPECT_EQ(page.next(), "back(host-1)");
}

TEST_F(ApiHostTest, ItsRoomsStayWhileItIsAwayAndAreMarkedSo) {
  host().stop();
  wait_until("host-1", false);

  const json::object answer = logged_in().get("/api/rooms").json();

  EXPECT_EQ(answer.at("hosts").at(0).at("state"), "away");
  EXPECT_EQ(answer.at("rooms").as_array().size(), 3U);
  EXPECT_EQ(json::serialize(answer.at("transcodes")),
            R"({"sounds":0,"pictures":0,"pictures_refused":0})");
}

TEST_F(ApiHostTest, NothingIsStartedOnAHostThatIsAway) {
  host().stop();

  EXPECT_THAT(logged_in()
                  .post("/api/sessions", {{"room", "interrogation-1"},
                                          {"case", "C-1"},
                                          {"person", {{"name", "A"}}},
                                          {"interrogators", {{{"name", "B"}}}}})
                  .verdict(),
              StartsWith("503 unavailable: host-1: "));
}

TEST_F(ApiHostTest, AHostThatSpeaksANewerLinkIsAwayUntilTheMonitorIsUpdated) {
  host().stop();
  wait_until("host-1", false);
  host().speak_link(net::kLinkVersion + 1);
  host().start();
  const Result<void> newer =
      say_hello(net::Endpoint::local(host().socket()), std::chrono::seconds(5));

  ASSERT_FALSE(newer.has_value());
  EXPECT_EQ(newer.error().kind(), ErrorKind::kUnsupported);
  EXPECT_THAT(newer.error().message(),
              HasSubstr("it speaks version 2 of the link, this monitor understands 1; update "
                        "candor-monitor first"));
  EXPECT_EQ(logged_in().get("/api/rooms").json().at("hosts").at(0).at("state"), "away");
  host().speak_link(net::kLinkVersion);
  wait_until("host-1", true);
}

TEST_F(ApiHostTest, WhatIsNoCaptureIsNotBelieved) {
  for (const char* hello :
       {"{}", R"({"program":"other","link":1})", R"({"program":"candor-capture","link":"1"})"}) {
    EXPECT_EQ(check_hello(json::parse(hello).as_object()).error().message(),
              "it is no candor-capture")
        << hello;
  }
}

TEST_F(ApiHostTest, AStatusThatIsNoneMakesTheHostAway) {
  for (const char* status : {"{}", R"({"rooms":3})", R"({"rooms":[{"room":1}]})", "no JSON"}) {
    host().set_status(status);
    wait_until("host-1", false);
    EXPECT_EQ(logged_in().get("/api/rooms").status, 200U) << status;
    host().set_status("");
    wait_until("host-1", true);
  }
}

TEST_F(ApiHostTest, AnAnswerThatNobodyExpectsIsAnErrorAndNotTheEnd) {
  host().set_sessions({json::object{{"session", 7}}});
  const Browser browser = logged_in();

  EXPECT_THAT(browser.get("/api/sessions").verdict(), StartsWith("500 internal"));
  EXPECT_EQ(browser.get("/api/rooms").status, 200U);
}

TEST_F(ApiHostTest, StoppingWithPagesOpenAndQuestionsOnTheWayIsOrderly) {
  const Browser browser = logged_in();
  state_reason(browser, "interrogation-1");
  test::LivePage page(browser);
  page.watch("interrogation-1");
  host().wait_for_feed();
  host().announce(1, "panorama-video");
  host().send("IPP");
  const test::RawClient asking(browser.port());
  asking.send("GET /api/rooms HTTP/1.1\r\nHost: x\r\nCookie: " + browser.cookie() + "\r\n\r\n");

  stop();

  EXPECT_TRUE(page.ends());
}

}  // namespace
}  // namespace candor::monitor
