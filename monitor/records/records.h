// SPDX-License-Identifier: Apache-2.0
// All records of a monitor on one database. Which of them a request needs is the API's business.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/result.h"
#include "monitor/records/accounts.h"
#include "monitor/records/database.h"
#include "monitor/records/logins.h"
#include "monitor/records/people.h"
#include "monitor/records/schema.h"
#include "monitor/records/state_folder.h"
#include "monitor/records/viewings.h"

namespace candor::records {

/// One thread at a time. Stays where it was made: its members refer to each other.
struct Records {
  /// Errors: those of Database::open.
  [[nodiscard]] static Result<std::unique_ptr<Records>> open(const std::string& path,
                                                             PasswordCost cost = {}) {
    CANDOR_TRY(Database opened, Database::open(path, kSchemaSteps));
    return std::make_unique<Records>(std::move(opened), cost);
  }

  /// "<state>/monitor.db". The folder is made when it is missing and is its owner's alone (0700):
  /// it holds password hashes and the register of persons. Errors: errno kinds; those of
  /// Database::open.
  [[nodiscard]] static Result<std::unique_ptr<Records>> open_in(const std::string& state,
                                                                PasswordCost cost = {}) {
    CANDOR_CHECK(make_state_folder(state));
    return open(state + "/monitor.db", cost);
  }

  Records(Database opened, PasswordCost cost)
      : database(std::move(opened)),
        accounts(database, cost),
        logins(database),
        people(database),
        viewings(database) {}
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;
  Records(Records&&) = delete;
  Records& operator=(Records&&) = delete;
  ~Records() = default;

  Database database;
  Accounts accounts;
  Logins logins;
  People people;
  Viewings viewings;
};

}  // namespace candor::records
