// SPDX-License-Identifier: Apache-2.0
#include "monitor/records/logins.h"

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>

#include "tests/records/records_fixture.h"

namespace candor::records {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;
using testing::Not;

class LoginsTest : public RecordsTest {
 protected:
  LoginsTest() { add("anna"); }

  std::string file(const std::string& suffix) {
    std::ifstream stream(path() + suffix, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
};

TEST_F(LoginsTest, FindsTheLoginOfAToken) {
  const NewLogin begun = log_in("anna");

  const auto found = records_->logins.find(begun.token, now_);

  ASSERT_TRUE(found.has_value()) << found.error().message();
  EXPECT_EQ(found->id, begun.login.id);
  EXPECT_EQ(found->account, "anna");
  EXPECT_EQ(found->role, Role::kSupervisor);
  EXPECT_EQ(found->csrf, begun.login.csrf);
}

TEST_F(LoginsTest, TokensAreLongAndNeverTwice) {
  const NewLogin first = log_in("anna");
  const NewLogin second = log_in("anna");

  EXPECT_EQ(first.token.size(), 64U);
  EXPECT_EQ(first.login.csrf.size(), 64U);
  EXPECT_NE(first.token, second.token);
  EXPECT_NE(first.login.csrf, second.login.csrf);
  EXPECT_NE(first.token, first.login.csrf);
}

TEST_F(LoginsTest, TheFileHoldsNoToken) {
  const NewLogin begun = log_in("anna");

  EXPECT_THAT(file("-wal"), HasSubstr(begun.login.csrf));  // The file that is looked at is the one.
  EXPECT_THAT(file("") + file("-wal"), Not(HasSubstr(begun.token)));
}

TEST_F(LoginsTest, EndsAfterAnIdleHour) {
  const std::string token = log_in("anna").token;

  pass(minutes(59));
  EXPECT_TRUE(is_logged_in(token));
  pass(minutes(59));
  EXPECT_TRUE(is_logged_in(token));
  pass(minutes(60));
  EXPECT_FALSE(is_logged_in(token));
}

TEST_F(LoginsTest, EndsAfterTwelveHoursHoweverBusy) {
  const std::string token = log_in("anna").token;
  for (int i = 0; i < 23; ++i) {
    pass(minutes(30));
    EXPECT_TRUE(is_logged_in(token)) << i;
  }

  pass(minutes(30));

  EXPECT_FALSE(is_logged_in(token));
}

TEST_F(LoginsTest, EndsWhenAsked) {
  const std::string token = log_in("anna").token;
  const std::string other = log_in("anna").token;

  ASSERT_TRUE(records_->logins.end(token).has_value());

  EXPECT_FALSE(is_logged_in(token));
  EXPECT_TRUE(is_logged_in(other));
  EXPECT_TRUE(records_->logins.end("unknown").has_value());
}

TEST_F(LoginsTest, KnowsNoOtherToken) {
  log_in("anna");

  EXPECT_EQ(verdict(records_->logins.find("", now_)), "permission-denied: not logged in");
  EXPECT_EQ(verdict(records_->logins.find(std::string(64, '0'), now_)),
            "permission-denied: not logged in");
}

TEST_F(LoginsTest, OutlivesARestart) {
  const std::string token = log_in("anna").token;

  reopen();

  EXPECT_TRUE(is_logged_in(token));
}

TEST_F(LoginsTest, ExpiredRowsGoWithTheNextLoginAndTheirNumbersNeverReturn) {
  const std::int64_t first = log_in("anna").login.id;
  pass(hours(13));

  const std::int64_t second = log_in("anna").login.id;

  EXPECT_GT(second, first);
  auto select = records_->database.prepare("SELECT count(*) FROM login");
  ASSERT_TRUE(*select->step());
  EXPECT_EQ(select->integer(0), 1);
}

TEST_F(LoginsTest, AnAccountThatIsNotThereCannotLogIn) {
  EXPECT_FALSE(records_->logins.begin(Account{.name = "nobody"}, now_).has_value());
}

}  // namespace
}  // namespace candor::records
