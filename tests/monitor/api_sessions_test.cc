// SPDX-License-Identifier: Apache-2.0
// Sessions over all hosts; names stay here, ids go there.
#include <boost/json.hpp>
#include <gmock/gmock.h>

#include "tests/monitor/monitored.h"

namespace candor::monitor {
namespace {

namespace json = boost::json;
using test::Answer;
using test::Browser;
using test::session_id;
using test::session_object;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

json::object start_body(const json::object& person, const json::array& interrogators) {
  return {{"room", "interrogation-1"},
          {"case", "C-7"},
          {"person", person},
          {"interrogators", interrogators}};
}

// "h1/3 h2/2": the sessions in their order, by host and number.
std::string in_order(const Answer& answer) {
  const json::object page = answer.json();
  std::string text;
  for (const json::value& session : page.at("sessions").as_array()) {
    text += text.empty() ? "h" : " h";
    text += session.at("host").as_string().back();
    text += '/';
    text += session.at("session").as_string().back();
  }
  return text;
}

class ApiSessionsTest : public test::MonitoredTest {};

TEST_F(ApiSessionsTest, NamesNeverReachTheHostAndComeBackInPlaceOfIds) {
  const Answer answer = logged_in().post(
      "/api/sessions",
      start_body({{"name", "Zhang San"}}, {{{"name", "Zhao"}}, {{"name", "Qian"}}}));

  EXPECT_EQ(host().last_request(),
            R"(POST /v1/sessions {"room":"interrogation-1","case":"C-7","person":"P-000001",)"
            R"("interrogators":["O-000001","O-000002"],"by":"monitor-1/supervisor"})");
  EXPECT_EQ(answer.status, 201U);
  EXPECT_EQ(answer.json().at("person"), json::value({{"id", "P-000001"}, {"name", "Zhang San"}}));
  EXPECT_EQ(answer.json().at("interrogators").at(1),
            json::value({{"id", "O-000002"}, {"name", "Qian"}}));
}

TEST_F(ApiSessionsTest, TheSamePersonKeepsTheId) {
  const Browser browser = logged_in();
  const json::array officers{{{"name", "Zhao"}}};
  browser.post("/api/sessions", start_body({{"name", "Zhang San"}}, officers));

  for (const json::object& person :
       {json::object{{"name", "Zhang San"}}, json::object{{"id", "P-000001"}}}) {
    const Answer answer = browser.post("/api/sessions", start_body(person, officers));
    EXPECT_EQ(answer.json().at("person"), json::value({{"id", "P-000001"}, {"name", "Zhang San"}}));
  }
}

TEST_F(ApiSessionsTest, AnIdMustBeOfTheRegisterAndOfItsKind) {
  const Browser browser = logged_in();
  const json::array officers{{{"name", "Zhao"}}};
  const auto post = [&](const json::object& person) {
    return browser.post("/api/sessions", start_body(person, officers)).verdict();
  };

  EXPECT_EQ(post({{"id", "P-000009"}}), "404 not-found: nobody has the id P-000009");
  EXPECT_THAT(post({{"id", "O-000001"}}), StartsWith("400 invalid-argument: O-000001"));
  EXPECT_THAT(post({}), StartsWith("400 invalid-argument: field 'name'"));
  EXPECT_THAT(host().requests(), testing::IsEmpty());
}

TEST_F(ApiSessionsTest, NobodyIsEnteredForARoomThatIsNotThere) {
  json::object body = start_body({{"name", "Zhang San"}}, {{{"name", "Zhao"}}});
  body["room"] = "cellar";

  EXPECT_EQ(logged_in().post("/api/sessions", body).verdict(),
            "404 not-found: there is no room 'cellar'");
  EXPECT_TRUE(open_records()->people.search("Zhang")->empty());
}

TEST_F(ApiSessionsTest, WhatTheHostRefusesIsPassedOnAsItSaidIt) {
  host().refuse_with(409, "failed-precondition", "interrogation-1 has a session running");

  EXPECT_EQ(
      logged_in().post("/api/sessions", start_body({{"name", "A"}}, {{{"name", "B"}}})).verdict(),
      "409 failed-precondition: interrogation-1 has a session running");
}

TEST_F(ApiSessionsTest, TheEndSaysByWhomAndWhy) {
  const Answer answer = logged_in("investigator")
                            .post("/api/sessions/" + session_id(1) + "/end", {{"reason", "lunch"}});

  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(host().last_request(), "POST /v1/sessions/" + session_id(1) +
                                       R"(/end {"by":"monitor-1/investigator","reason":"lunch"})");
}

TEST_F(ApiSessionsTest, ANameThatIsTypedIsFoundByItsIds) {
  auto records = open_records();
  ASSERT_TRUE(records->people.find_or_create(records::PersonKind::kPerson, "Zhang San"));
  ASSERT_TRUE(records->people.find_or_create(records::PersonKind::kOfficer, "Zhang Wu"));

  const Answer answer = logged_in().get("/api/sessions?q=zhang&room=interrogation-1&open=true");

  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(host().last_request(),
            "GET /v1/sessions?limit=50&open=true&people=O-000001,P-000001&q=zhang"
            "&room=interrogation-1");
}

TEST_F(ApiSessionsTest, AListHasNamesToo) {
  ASSERT_TRUE(open_records()->people.find_or_create(records::PersonKind::kPerson, "Zhang San"));
  host().set_sessions({session_object(session_id(1), 0)});

  const json::value session = logged_in().get("/api/sessions").json().at("sessions").at(0);

  EXPECT_EQ(session.at("person"), json::value({{"id", "P-000001"}, {"name", "Zhang San"}}));
  // Not of this register: the id stands for the name.
  EXPECT_EQ(session.at("interrogators").at(0),
            json::value({{"id", "O-000001"}, {"name", "O-000001"}}));
}

TEST_F(ApiSessionsTest, AWrongQuestionIsRefused) {
  const Browser browser = logged_in();
  for (const char* query : {"limit=0", "limit=201", "limit=x", "limit=1x", "before=x",
                            "before=host-1%3D", "before=%2C"}) {
    EXPECT_EQ(browser.get(std::string("/api/sessions?") + query).status, 400U) << query;
  }
}

TEST_F(ApiSessionsTest, OneSessionIsShownWithNames) {
  host().set_sessions({session_object(session_id(1), 0)});
  const Browser browser = logged_in();

  EXPECT_THAT(browser.get("/api/sessions/" + session_id(1)).body,
              HasSubstr(R"("person":{"id":"P-000001")"));
  EXPECT_EQ(browser.get("/api/sessions/" + session_id(2)).status, 404U);
}

class ApiSessionsOfTwoHostsTest : public test::TwoHostsTest {
 protected:
  void SetUp() override {
    MonitoredTest::SetUp();
    host(1).set_sessions({session_object(session_id(3), 30), session_object(session_id(1), 10)});
    host(2).set_sessions({session_object(session_id(2), 20)});
  }
};

TEST_F(ApiSessionsOfTwoHostsTest, TheListIsOneNewestFirst) {
  const Answer answer = logged_in().get("/api/sessions");

  EXPECT_EQ(in_order(answer), "h1/3 h2/2 h1/1");
  EXPECT_TRUE(answer.json().at("next").is_null());
  EXPECT_EQ(answer.json().at("away"), json::value(json::array()));
}

TEST_F(ApiSessionsOfTwoHostsTest, ThePageAfterGoesOnWhereThisOneEnds) {
  const Browser browser = logged_in();
  const Answer first = browser.get("/api/sessions?limit=2");
  EXPECT_EQ(in_order(first), "h1/3 h2/2");
  const std::string next(first.json().at("next").as_string());

  host(1).set_sessions({session_object(session_id(1), 10)});
  const Answer second = browser.get("/api/sessions?limit=2&before=" + next);

  EXPECT_EQ(in_order(second), "h1/1");
  EXPECT_EQ(host(1).last_request(), "GET /v1/sessions?before=" + session_id(3) + "&limit=2");
  EXPECT_TRUE(second.json().at("next").is_null());
}

TEST_F(ApiSessionsOfTwoHostsTest, AHostThatIsAwayIsNamedAndTheOthersAreListed) {
  host(2).stop();

  const Answer answer = logged_in().get("/api/sessions");

  EXPECT_EQ(in_order(answer), "h1/3 h1/1");
  EXPECT_EQ(answer.json().at("away"), json::value(json::array{"host-2"}));
}

TEST_F(ApiSessionsOfTwoHostsTest, ASessionIsFoundOnItsHost) {
  EXPECT_EQ(logged_in().get("/api/sessions/" + session_id(2)).status, 200U);
  EXPECT_EQ(host(2).last_request(), "GET /v1/sessions/" + session_id(2));
}

TEST_F(ApiSessionsOfTwoHostsTest, ASessionThatAnAwayHostMayHaveIsNotDenied) {
  host(2).stop();

  EXPECT_THAT(logged_in().get("/api/sessions/" + session_id(2)).verdict(),
              StartsWith("503 unavailable: host-2: "));
  EXPECT_EQ(logged_in().get("/api/sessions/" + session_id(1)).status, 200U);
}

TEST_F(ApiSessionsOfTwoHostsTest, RoomsOfBothAreShownWithTheirHost) {
  const json::object answer = logged_in().get("/api/rooms").json();

  EXPECT_EQ(answer.at("hosts").as_array().size(), 2U);
  EXPECT_EQ(answer.at("rooms").as_array().size(), 6U);
  EXPECT_EQ(answer.at("rooms").at(5).at("host"), "host-2");
}

}  // namespace
}  // namespace candor::monitor
