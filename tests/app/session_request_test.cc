// SPDX-License-Identifier: Apache-2.0
#include "app/capture/session_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evidence/bodies.h"
#include "evidence/entry.h"

namespace candor::app {
namespace {

using testing::HasSubstr;

SessionRequest request() {
  return {.case_id = "案-1", .person = "P-1", .interrogators = {"O-1", "O-2"}, .by = "duty"};
}

std::string fault(const SessionRequest& wanted) {
  const auto checked = check_start(wanted);
  return checked.has_value() ? "" : checked.error().message();
}

TEST(SessionRequestTest, TakesACaseInAnyScriptAndPseudonymousIds) {
  EXPECT_EQ(fault(request()), "");
}

TEST(SessionRequestTest, NamesTheFieldThatIsWrong) {
  SessionRequest wrong = request();
  wrong.case_id = "C 1";
  EXPECT_THAT(fault(wrong), HasSubstr("'case'"));
  wrong = request();
  wrong.person = "张三";
  EXPECT_THAT(fault(wrong), HasSubstr("'person'"));
  wrong = request();
  wrong.interrogators = {};
  EXPECT_THAT(fault(wrong), HasSubstr("'interrogators'"));
  wrong = request();
  wrong.by = std::string(257, 'x');
  EXPECT_THAT(fault(wrong), HasSubstr("'by'"));
}

// A list of a thousand ids made an entry too long for the log: the recorder ended itself.
TEST(SessionRequestTest, RefusesMoreInterrogatorsThanOneEntryCanHold) {
  SessionRequest wanted = request();
  wanted.interrogators.assign(100, std::string(64, 'x'));
  EXPECT_EQ(fault(wanted), "");
  evidence::SessionOpenBody body;
  body.interrogators = wanted.interrogators;
  EXPECT_LT(evidence::encode(body).size(), evidence::kJsonBodyBytesMax);
  wanted.interrogators.emplace_back("O-101");
  EXPECT_THAT(fault(wanted), HasSubstr("at most 100"));
}

TEST(SessionRequestTest, BoundsTheReasonOfTheEnd) {
  EXPECT_TRUE(check_end("duty", std::string(4096, 'x')).has_value());
  EXPECT_FALSE(check_end("duty", std::string(4097, 'x')).has_value());
}

}  // namespace
}  // namespace candor::app
