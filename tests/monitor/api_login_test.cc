// SPDX-License-Identifier: Apache-2.0
// Who is let in, and for how long.
#include <gmock/gmock.h>

#include "tests/monitor/monitored.h"

namespace candor::monitor {
namespace {

using test::Answer;
using test::Browser;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const test::Headers kJson = {{"Content-Type", "application/json"}};

class ApiLoginTest : public test::MonitoredTest {
 protected:
  Browser stranger() { return Browser(server_->port()); }
};

TEST_F(ApiLoginTest, NobodyLoggedInGets401) {
  for (const char* path : {"/api/me", "/api/rooms", "/api/sessions", "/api/live", "/api/nothing",
                           "/api/sessions/x/streams/y/media.mp4"}) {
    EXPECT_EQ(stranger().get(path).verdict(), "401 unauthenticated: log in first") << path;
  }
  EXPECT_EQ(stranger().post("/api/viewings", {}).status, 401U);
}

TEST_F(ApiLoginTest, AWrongPasswordIsToldLikeAnUnknownAccount) {
  const std::string wrong = stranger().login("supervisor", "not this one").verdict();

  EXPECT_EQ(wrong, "401 unauthenticated: wrong account or password");
  EXPECT_EQ(stranger().login("nobody", "not this one").verdict(), wrong);
}

TEST_F(ApiLoginTest, AfterFiveFailuresItSaysWhenToTryAgain) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(stranger().login("supervisor", "not this one").status, 401U);
  }

  const Answer answer = stranger().login("supervisor");

  EXPECT_THAT(answer.verdict(), StartsWith("429 resource-exhausted: too many failed logins"));
  EXPECT_EQ(answer.headers.at("retry-after"), "1");
}

TEST_F(ApiLoginTest, TheCookieIsForThisSiteAndNotForScripts) {
  Browser browser = stranger();

  const Answer answer = browser.login("supervisor");

  EXPECT_THAT(answer.headers.at("set-cookie"), StartsWith("candor_session="));
  EXPECT_THAT(answer.headers.at("set-cookie"), HasSubstr("; HttpOnly; SameSite=Strict; Path=/"));
  EXPECT_EQ(answer.headers.at("cache-control"), "no-store");
  EXPECT_THAT(answer.body, Not(HasSubstr(browser.token)));
}

TEST_F(ApiLoginTest, ALoginSaysWhoItIs) {
  Browser browser(server_->port());
  const auto answer = browser.login("custodian").json();
  EXPECT_EQ(answer.at("account"),
            boost::json::value({{"name", "custodian"}, {"role", "custodian"}}));

  const auto me = browser.get("/api/me").json();

  EXPECT_EQ(me.at("account"), answer.at("account"));
  EXPECT_EQ(me.at("csrf"), answer.at("csrf"));
  EXPECT_EQ(me.at("version"), "1.2.3");
}

TEST_F(ApiLoginTest, AFormOfAnotherSiteCannotLogIn) {
  const std::string body = R"({"name":"supervisor","password":"correct horse battery"})";

  EXPECT_EQ(stranger().send("POST", "/api/login", {{"Content-Type", "text/plain"}}, body).verdict(),
            "400 invalid-argument: a login is sent as application/json");
}

TEST_F(ApiLoginTest, ALoginThatIsNoJsonIsRefused) {
  for (const char* body : {"{", "[]", R"({"name":"supervisor"})", R"({"name":1,"password":"x"})"}) {
    EXPECT_EQ(stranger().send("POST", "/api/login", kJson, body).status, 400U) << body;
  }
}

TEST_F(ApiLoginTest, AChangeNeedsItsToken) {
  Browser browser = logged_in();
  const std::string right = browser.csrf;
  for (const std::string& wrong : {std::string("x"), right.substr(1) + "0", right + "0"}) {
    browser.csrf = wrong;
    EXPECT_EQ(browser.post("/api/logout", {}).verdict(),
              "403 permission-denied: the header X-Candor-CSRF is missing or wrong");
  }
  EXPECT_EQ(browser.send("POST", "/api/logout", {{"Cookie", browser.cookie()}}).status, 403U);

  browser.csrf = right;

  EXPECT_EQ(browser.post("/api/logout", {}).status, 204U);
}

TEST_F(ApiLoginTest, AnUnknownMethodNeedsTheTokenToo) {
  const Browser browser = logged_in();

  EXPECT_EQ(browser.send("DELETE", "/api/me", {{"Cookie", browser.cookie()}}).status, 403U);
}

TEST_F(ApiLoginTest, LogoutEndsTheLoginAndForgetsTheCookie) {
  const Browser browser = logged_in();

  const Answer answer = browser.post("/api/logout", {});

  EXPECT_EQ(answer.status, 204U);
  EXPECT_THAT(answer.headers.at("set-cookie"), StartsWith("candor_session=; Max-Age=0"));
  EXPECT_FALSE(answer.headers.contains("content-length"));
  EXPECT_EQ(browser.get("/api/me").status, 401U);
}

TEST_F(ApiLoginTest, LogoutEndsItsOpenPagesAndNoOthers) {
  const Browser browser = logged_in();
  const Browser other = logged_in();
  test::LivePage page(browser);
  test::LivePage others_page(other);

  browser.post("/api/logout", {});

  EXPECT_TRUE(page.ends());
  others_page.send({{"type", "ping"}, {"t", 1}});
  EXPECT_EQ(others_page.next(), "pong");
}

TEST_F(ApiLoginTest, LockingAnAccountEndsItsOpenPages) {
  const Browser browser = logged_in();
  test::LivePage page(browser);

  ASSERT_TRUE(open_records()->accounts.lock("supervisor", true).has_value());

  EXPECT_TRUE(page.ends());
  EXPECT_EQ(browser.get("/api/me").status, 401U);
  EXPECT_EQ(stranger().login("supervisor").status, 401U);
}

TEST_F(ApiLoginTest, APasswordGivenAnewEndsItsLogins) {
  const Browser browser = logged_in();

  ASSERT_TRUE(open_records()->accounts.set_password("supervisor", "another horse").has_value());

  EXPECT_EQ(browser.get("/api/me").status, 401U);
}

TEST_F(ApiLoginTest, StrangePathsAreAnsweredInJson) {
  const Browser browser = logged_in();
  for (const char* path : {"/api", "/api/", "/api/login", "/api/me/x", "/api/sessions/a/b",
                           "/api/rooms/waiting-1/x/y", "/api/sessions/a/b/c/d/e/f"}) {
    EXPECT_EQ(browser.get(path).verdict(), "404 not-found: no such path; see docs/design/api.md")
        << path;
  }
}

}  // namespace
}  // namespace candor::monitor
