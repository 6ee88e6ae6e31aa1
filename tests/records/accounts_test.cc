// SPDX-License-Identifier: Apache-2.0
#include "monitor/records/accounts.h"

#include <gmock/gmock.h>

#include "tests/records/records_fixture.h"

namespace candor::records {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

class AccountsTest : public RecordsTest {
 protected:
  AccountsTest() {
    add("anna");
    add("bert", Role::kInvestigator);
  }

  void guess(int times, const std::string& name = "anna", const std::string& peer = "192.0.2.1") {
    for (int i = 0; i < times; ++i) {
      EXPECT_EQ(try_login(name, "guess number one", peer), "permission-denied");
    }
  }
  seconds wait_of(const std::string& name, const std::string& peer = "192.0.2.1") {
    return accounts().retry_after(name, peer, now_).value_or(seconds(-1));
  }
};

TEST_F(AccountsTest, GivesTheAccountForItsPassword) {
  EXPECT_EQ(try_login("anna", kPassword), "supervisor");
  EXPECT_EQ(try_login("bert", kPassword), "investigator");
}

TEST_F(AccountsTest, AnswersWrongUnknownAndLockedAlike) {
  ASSERT_TRUE(accounts().lock("bert", true).has_value());

  const std::string wrong = verdict(accounts().verify("anna", "not this one", "p", now_));

  EXPECT_EQ(wrong, "permission-denied: wrong account or password");
  EXPECT_EQ(verdict(accounts().verify("nobody", kPassword, "p", now_)), wrong);
  EXPECT_EQ(verdict(accounts().verify("bert", kPassword, "p", now_)), wrong);
  EXPECT_EQ(verdict(accounts().verify("", "", "p", now_)), wrong);
}

TEST_F(AccountsTest, ListsAllByName) {
  ASSERT_TRUE(accounts().lock("anna", true).has_value());

  const auto all = accounts().list();

  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ(all->at(0).name, "anna");
  EXPECT_TRUE(all->at(0).is_locked);
  EXPECT_EQ(all->at(1).role, Role::kInvestigator);
}

TEST_F(AccountsTest, RefusesWhatCannotBeAnAccount) {
  const auto added = [this](const std::string& name, const std::string& password) {
    return verdict(accounts().add(name, Role::kCustodian, password, now_));
  };

  EXPECT_THAT(added("Anna B", kPassword), StartsWith("invalid-argument: account name 'Anna B'"));
  EXPECT_THAT(added("carl", "short"), HasSubstr("has 5 bytes; give it 10 to 256"));
  EXPECT_THAT(added("carl", std::string(257, 'x')), HasSubstr("has 257 bytes"));
  EXPECT_EQ(added("anna", kPassword), "already-exists: there is an account 'anna'");
}

TEST_F(AccountsTest, ANewPasswordReplacesTheOldOneAndEndsItsLogins) {
  const std::string token = log_in("anna").token;

  ASSERT_TRUE(accounts().set_password("anna", "another password").has_value());

  EXPECT_EQ(try_login("anna", kPassword), "permission-denied");
  EXPECT_EQ(try_login("anna", "another password"), "supervisor");
  EXPECT_FALSE(is_logged_in(token));
}

TEST_F(AccountsTest, NamesTheAccountThatIsNotThere) {
  EXPECT_EQ(verdict(accounts().set_password("nobody", kPassword)),
            "not-found: no account 'nobody'");
  EXPECT_EQ(verdict(accounts().lock("nobody", true)), "not-found: no account 'nobody'");
}

TEST_F(AccountsTest, LockingEndsLoginsAndUnlockingAllowsNewOnes) {
  const std::string token = log_in("anna").token;

  ASSERT_TRUE(accounts().lock("anna", true).has_value());
  EXPECT_FALSE(is_logged_in(token));

  ASSERT_TRUE(accounts().lock("anna", false).has_value());
  EXPECT_EQ(try_login("anna", kPassword), "supervisor");
}

TEST_F(AccountsTest, FourFailuresCostNothingTheFifthCostsASecond) {
  guess(4);
  EXPECT_EQ(wait_of("anna"), seconds(0));

  guess(1);

  EXPECT_EQ(wait_of("anna"), seconds(1));
  EXPECT_EQ(verdict(accounts().verify("anna", kPassword, "192.0.2.1", now_)),
            "resource-exhausted: too many failed logins: try again in 1 s");
}

TEST_F(AccountsTest, DelaysDoubleUpToFiveMinutes) {
  guess(5);
  std::string waits;
  for (int i = 0; i < 10; ++i) {
    const seconds wait = wait_of("anna");
    waits += std::to_string(wait.count()) + " ";
    pass(wait);
    guess(1);
  }

  EXPECT_EQ(waits, "1 2 4 8 16 32 64 128 256 300 ");
}

TEST_F(AccountsTest, TheRightPasswordAfterTheDelayForgetsTheFailures) {
  guess(5);
  pass(seconds(1));

  EXPECT_EQ(try_login("anna", kPassword), "supervisor");
  guess(4);
  EXPECT_EQ(wait_of("anna"), seconds(0));
}

TEST_F(AccountsTest, APeerThatTriesManyNamesIsDelayedForAll) {
  for (int i = 0; i < 5; ++i) {
    guess(1, "name-" + std::to_string(i));
  }

  EXPECT_EQ(wait_of("bert"), seconds(1));
  EXPECT_EQ(wait_of("bert", "192.0.2.7"), seconds(0));
}

TEST_F(AccountsTest, AnAccountThatManyPeersTryIsDelayedForAll) {
  for (int i = 0; i < 5; ++i) {
    guess(1, "anna", "192.0.2." + std::to_string(i));
  }

  EXPECT_EQ(wait_of("anna", "198.51.100.1"), seconds(1));
}

TEST_F(AccountsTest, FailuresAreForgottenAfterAQuarterOfAnHour) {
  guess(5);

  pass(minutes(15));

  EXPECT_EQ(wait_of("anna"), seconds(0));
}

TEST_F(AccountsTest, ARestartForgetsNoFailure) {
  guess(5);

  reopen();

  EXPECT_EQ(wait_of("anna"), seconds(1));
}

TEST_F(AccountsTest, AClockThatIsSetBackLocksNobodyOut) {
  guess(5);

  pass(-std::chrono::hours(24));

  EXPECT_EQ(wait_of("anna"), seconds(1));
}

TEST_F(AccountsTest, KeepsNoPasswordThatWasTypedAsName) {
  guess(1, "Secret Password!");

  auto select = records_->database.prepare("SELECT account FROM login_failure");
  ASSERT_TRUE(*select->step());
  EXPECT_EQ(select->text(0), "");
}

TEST_F(AccountsTest, AHashOfOtherCostStaysGood) {
  Accounts dearer(records_->database, {.memory_kib = 64, .passes = 2});

  EXPECT_TRUE(dearer.verify("anna", kPassword, "p", now_).has_value());
  ASSERT_TRUE(dearer.set_password("anna", "another password").has_value());
  EXPECT_EQ(try_login("anna", "another password"), "supervisor");
}

TEST_F(AccountsTest, TheDefaultCostWorks) {
  Accounts real(records_->database);

  ASSERT_TRUE(real.add("carl", Role::kCustodian, kPassword, now_).has_value());
  EXPECT_TRUE(real.verify("carl", kPassword, "p", now_).has_value());
}

}  // namespace
}  // namespace candor::records
