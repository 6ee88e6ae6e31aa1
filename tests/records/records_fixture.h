// SPDX-License-Identifier: Apache-2.0
// A monitor's records in a folder of their own, with a clock that tests move by hand.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "monitor/records/records.h"
#include "tests/support/temp_folder.h"

namespace candor::records {

class RecordsTest : public testing::Test {
 protected:
  // The smallest cost Argon2 takes: these tests are about everything but its strength.
  static constexpr PasswordCost kCheap{.memory_kib = 8, .passes = 1};
  static constexpr const char* kPassword = "correct horse battery";

  RecordsTest() { reopen(); }

  void reopen() {
    records_.reset();
    auto opened = Records::open(path(), kCheap);
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
    records_ = *std::move(opened);
  }
  [[nodiscard]] std::string path() const { return folder_ / "monitor.db"; }

  void pass(Nanoseconds time) { now_ = now_ + time; }

  void add(const std::string& name, Role role = Role::kSupervisor) {
    const auto added = accounts().add(name, role, kPassword, now_);
    ASSERT_TRUE(added.has_value()) << added.error().message();
  }

  // "supervisor" or the error's kind.
  std::string try_login(const std::string& name, const std::string& password,
                        const std::string& peer = "192.0.2.1") {
    const auto account = accounts().verify(name, password, peer, now_);
    return std::string(account.has_value() ? to_string(account->role)
                                           : to_string(account.error().kind()));
  }

  NewLogin log_in(const std::string& name) {
    auto begun = records_->logins.begin(Account{.name = name, .role = Role::kSupervisor}, now_);
    EXPECT_TRUE(begun.has_value()) << begun.error().message();
    return begun.has_value() ? *std::move(begun) : NewLogin{};
  }
  bool is_logged_in(const std::string& token) {
    return records_->logins.find(token, now_).has_value();
  }

  Accounts& accounts() { return records_->accounts; }

  test::TempFolder folder_;
  UtcTime now_{1'800'000'000'000'000'000};
  std::unique_ptr<Records> records_;
};

/// The error's kind and sentence, or "ok".
template <typename T>
std::string verdict(const Result<T>& result) {
  return result.has_value()
             ? "ok"
             : std::string(to_string(result.error().kind())) + ": " + result.error().message();
}

}  // namespace candor::records
