// SPDX-License-Identifier: Apache-2.0
// Every role at every door, and the reason that looking needs.
#include <sstream>

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include "tests/monitor/monitored.h"

namespace candor::monitor {
namespace {

namespace json = boost::json;
using test::Browser;
using test::session_id;
using testing::HasSubstr;
using testing::Not;

class ApiRolesTest : public test::MonitoredTest {
 protected:
  void SetUp() override {
    MonitoredTest::SetUp();
    host().set_sessions({test::session_object(session_id(1), 0)});
  }

  static unsigned try_action(const Browser& browser, const std::string& action) {
    const std::string session = "/api/sessions/" + session_id(1);
    const json::object start{{"room", "interrogation-1"},
                             {"case", "C-2"},
                             {"person", {{"name", "Li Si"}}},
                             {"interrogators", {{{"name", "Zhao"}}}}};
    const json::object reason{{"reason", "review"}};
    json::object room = reason;
    room["room"] = "waiting-1";
    json::object one = reason;
    one["session"] = session_id(1);
    if (action == "start") {
      return browser.post("/api/sessions", start).status;
    }
    if (action == "end") {
      return browser.post(session + "/end", {{"reason", "x"}}).status;
    }
    if (action == "why-room") {
      return browser.post("/api/viewings", room).status;
    }
    if (action == "why-session") {
      return browser.post("/api/viewings", one).status;
    }
    if (action == "media") {
      return browser.get(session + "/streams/s/media.mp4").status;
    }
    if (action == "room-media") {
      return browser.get("/api/rooms/waiting-1/streams/s/media.mp4").status;
    }
    if (action == "tracks") {
      return browser.get("/api/rooms/waiting-1/tracks").status;
    }
    if (action == "live") {
      return test::LivePage(browser).status();
    }
    return browser.get(action == "session" ? session : "/api/" + action).status;
  }
};

// One row for each action, one column for each role.
constexpr const char* kTable = R"(
supervisor investigator custodian technician administrator
rooms       200 200 200 200 200
me          200 200 200 200 200
sessions    200 200 200 403 403
session     200 200 200 403 403
start       201 201 403 201 403
end         200 200 403 200 403
why-room    201 201 201 403 403
why-session 201 201 201 403 403
media       200 200 200 403 403
room-media  200 200 200 403 403
tracks      200 200 200 403 403
live        101 403 403 403 403
)";

TEST_F(ApiRolesTest, EachRoleDoesWhatItsTableSays) {
  std::istringstream table(kTable);
  std::vector<Browser> browsers;
  for (const auto role : kRoles) {
    std::string name;
    table >> name;
    ASSERT_EQ(name, to_string(role));
    browsers.push_back(logged_in(name));
  }
  for (std::string action; table >> action;) {
    for (std::size_t i = 0; i < browsers.size(); ++i) {
      unsigned expected = 0;
      table >> expected;
      EXPECT_EQ(try_action(browsers[i], action), expected) << action << " " << to_string(kRoles[i]);
    }
  }
}

TEST_F(ApiRolesTest, ARefusalNamesTheRole) {
  EXPECT_EQ(logged_in("technician").get("/api/sessions").verdict(),
            "403 permission-denied: an account of role technician may not do this");
}

TEST_F(ApiRolesTest, MediaNeedAReasonForThisSessionFirst) {
  const Browser browser = logged_in();
  const std::string media = "/api/sessions/" + session_id(1) + "/streams/s/media.mp4";
  state_reason(browser, session_id(2));
  EXPECT_EQ(browser.get(media).verdict(),
            "403 permission-denied: say first why you look: POST /api/viewings for this session");

  state_reason(browser, session_id(1));

  EXPECT_EQ(browser.get(media).status, 200U);
}

TEST_F(ApiRolesTest, TheReasonOfOneLoginIsNotTheNextOnes) {
  state_reason(logged_in(), session_id(1));

  const auto answer = logged_in().get("/api/sessions/" + session_id(1) + "/streams/s/media.mp4");

  EXPECT_EQ(answer.status, 403U);
}

TEST_F(ApiRolesTest, RecordingsOfASessionRoomAreNotToBeHadByTheRoom) {
  const Browser browser = logged_in();
  state_reason(browser, "interrogation-1");

  EXPECT_EQ(browser.get("/api/rooms/interrogation-1/streams/s/media.mp4").verdict(),
            "404 not-found: recordings of 'interrogation-1' are found by their session");
  EXPECT_EQ(browser.get("/api/rooms/interrogation-1/tracks").status, 404U);
}

TEST_F(ApiRolesTest, AReasonIsOneOfTheList) {
  const Browser browser = logged_in();
  const auto post = [&](const json::object& body) {
    return browser.post("/api/viewings", body).status;
  };

  EXPECT_EQ(post({{"room", "waiting-1"}, {"reason", "curiosity"}}), 400U);
  EXPECT_EQ(post({{"room", "waiting-1"}}), 400U);
  EXPECT_EQ(post({{"reason", "review"}}), 400U);
  EXPECT_EQ(post({{"room", "a"}, {"session", "b"}, {"reason", "review"}}), 400U);
  EXPECT_EQ(post({{"room", "a"}, {"reason", "review"}, {"note", std::string(501, 'x')}}), 400U);
}

TEST_F(ApiRolesTest, WhoLooksAndWhyIsKept) {
  const Browser browser = logged_in("custodian");
  browser.post("/api/viewings",
               {{"session", session_id(1)}, {"reason", "defence"}, {"note", "for the lawyer"}});

  const auto kept = open_records()->viewings.latest(10).value();

  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].account, "custodian");
  EXPECT_EQ(kept[0].target.name, session_id(1));
  EXPECT_EQ(to_string(kept[0].reason), "defence");
  EXPECT_EQ(kept[0].note, "for the lawyer");
}

TEST_F(ApiRolesTest, WhoLooksAfterDevicesIsNotToldWhoIsHeard) {
  const auto person =
      open_records()->people.find_or_create(records::PersonKind::kPerson, "Zhang San");
  ASSERT_EQ(person.value(), "P-000001");
  EXPECT_THAT(logged_in("supervisor").get("/api/rooms").body, HasSubstr("Zhang San"));

  const Browser technician = logged_in("technician");
  const std::string end = "/api/sessions/" + session_id(1) + "/end";

  EXPECT_THAT(technician.post(end, {{"reason", ""}}).body, Not(HasSubstr("P-000001")));
  for (const char* role : {"technician", "administrator"}) {
    const std::string rooms = logged_in(role).get("/api/rooms").body;
    EXPECT_THAT(rooms, Not(HasSubstr("Zhang San")));
    EXPECT_THAT(rooms, Not(HasSubstr("P-000001")));
    EXPECT_THAT(rooms, Not(HasSubstr("O-000001")));
  }
}

TEST_F(ApiRolesTest, WhoLooksAfterDevicesCannotAskForANameByItsId) {
  ASSERT_TRUE(
      open_records()->people.find_or_create(records::PersonKind::kPerson, "Zhang San").has_value());

  const auto answer = logged_in("technician")
                          .post("/api/sessions", {{"room", "interrogation-1"},
                                                  {"case", "C-2"},
                                                  {"person", {{"id", "P-000001"}}},
                                                  {"interrogators", {{{"name", "Zhao"}}}}});

  EXPECT_EQ(answer.status, 201U);
  EXPECT_THAT(answer.body, Not(HasSubstr("Zhang San")));
}

}  // namespace
}  // namespace candor::monitor
