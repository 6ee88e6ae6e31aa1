// SPDX-License-Identifier: Apache-2.0
// Recordings through the monitor: what a player asks reaches the host, its answer comes back.
#include <gmock/gmock.h>

#include "tests/monitor/monitored.h"

namespace candor::monitor {
namespace {

using test::Answer;
using test::Browser;
using test::session_id;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ApiMediaTest : public test::MonitoredTest {
 protected:
  Browser viewer() {
    Browser browser = logged_in();
    state_reason(browser, session_id(1));
    state_reason(browser, "waiting-1");
    return browser;
  }
  std::string media() { return "/api/sessions/" + session_id(1) + "/streams/s-1/media.mp4"; }
};

TEST_F(ApiMediaTest, AWholeRecordingComesWithItsHeaders) {
  const Answer answer = viewer().get(media());

  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.body, "0123456789");
  EXPECT_EQ(answer.headers.at("content-type"), "video/mp4");
  EXPECT_EQ(answer.headers.at("etag"), "\"abc\"");
  EXPECT_EQ(answer.headers.at("accept-ranges"), "bytes");
  EXPECT_EQ(answer.headers.at("x-candor-from"), "2026-11-24T08:00:00.000000000Z");
  EXPECT_EQ(answer.headers.at("x-content-type-options"), "nosniff");
  EXPECT_FALSE(answer.headers.contains("x-internal"));
}

TEST_F(ApiMediaTest, ARangeIsPassedThroughAndBack) {
  const Answer answer = viewer().get(media(), {{"Range", "bytes=2-4"}, {"If-Range", "\"abc\""}});

  EXPECT_EQ(answer.status, 206U);
  EXPECT_EQ(answer.body, "234");
  EXPECT_EQ(answer.headers.at("content-range"), "bytes 2-4/10");
  EXPECT_EQ(answer.headers.at("content-length"), "3");
  EXPECT_THAT(host().last_request(), HasSubstr("range=bytes=2-4 if-range=\"abc\""));
}

TEST_F(ApiMediaTest, WhatThePlayerHasIsNotSentAgain) {
  const Answer answer = viewer().get(media(), {{"If-None-Match", "\"abc\""}});

  EXPECT_EQ(answer.status, 304U);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(answer.headers.at("etag"), "\"abc\"");
  EXPECT_FALSE(answer.headers.contains("content-length"));
}

TEST_F(ApiMediaTest, HeadTellsTheLengthAndSendsNothing) {
  const Browser browser = viewer();

  const Answer answer = browser.send("HEAD", media(), {{"Cookie", browser.cookie()}});

  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.headers.at("content-length"), "10");
  EXPECT_THAT(host().last_request(), StartsWith("HEAD "));
}

TEST_F(ApiMediaTest, TheHostIsAskedWithTheTimesAndWithoutTheCookie) {
  viewer().get("/api/rooms/waiting-1/streams/s-1/media.mp4?from=2026-11-24T08%3A00%3A00Z&to=x%20y");

  EXPECT_EQ(host().last_request(),
            "GET /v1/rooms/waiting-1/streams/s-1/media.mp4?from=2026-11-24T08:00:00Z&to=x y");
}

TEST_F(ApiMediaTest, TracksOfARoomArePassedOn) {
  const Answer answer = viewer().get("/api/rooms/waiting-1/tracks?from=2026-11-24T08:00:00Z");

  EXPECT_EQ(answer.body, R"({"tracks":[]})");
  EXPECT_EQ(host().last_request(), "GET /v1/rooms/waiting-1/tracks?from=2026-11-24T08:00:00Z");
}

TEST_F(ApiMediaTest, APathCannotLeaveItsPlace) {
  const Browser browser = viewer();
  const std::string strange =
      "/api/sessions/" + session_id(1) + "/streams/..%2F..%2Fstatus/media.mp4";

  browser.get(strange);

  EXPECT_EQ(host().last_request(),
            "GET /v1/sessions/" + session_id(1) + "/streams/../../status/media.mp4");
}

TEST_F(ApiMediaTest, RecordingsAreOnlyRead) {
  EXPECT_EQ(viewer().post(media(), {}).status, 404U);
  EXPECT_THAT(host().requests(), testing::IsEmpty());
}

TEST_F(ApiMediaTest, AHostThatIsAwayIsNamed) {
  const Browser browser = viewer();
  host().stop();

  EXPECT_THAT(browser.get(media()).verdict(), StartsWith("503 unavailable: host-1: "));
  EXPECT_THAT(browser.get(media()).verdict(), HasSubstr("is candor-capture running?"));
}

}  // namespace
}  // namespace candor::monitor
