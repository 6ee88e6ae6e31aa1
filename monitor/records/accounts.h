// SPDX-License-Identifier: Apache-2.0
// Accounts, their passwords, and the delays that guessing meets. Who is logged in: logins.h.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "monitor/records/database.h"
#include "monitor/records/roles.h"
#include "monitor/records/secret.h"

namespace candor::records {

struct Account {
  std::string name;
  Role role = Role::kSupervisor;
  bool is_locked = false;
};

inline constexpr std::size_t kPasswordBytesMin = 10;
inline constexpr std::size_t kPasswordBytesMax = 256;

/// One thread at a time; the database outlives it. Every change is durable when the call returns.
class Accounts {
 public:
  explicit Accounts(Database& database, PasswordCost cost = {})
      : database_(database), cost_(cost) {}

  /// Shape: a name as of rooms (core/ids.h, is_slug), a password of 10 to 256 bytes.
  /// Errors: kInvalidArgument; kAlreadyExists; those of the database.
  [[nodiscard]] Result<void> add(const std::string& name, Role role, std::string_view password,
                                 UtcTime now);

  /// All, by name.
  [[nodiscard]] Result<std::vector<Account>> list();

  /// Ends the account's logins. Errors: kInvalidArgument; kNotFound; those of the database.
  [[nodiscard]] Result<void> set_password(const std::string& name, std::string_view password);

  /// A locked account cannot log in, and its logins end.
  /// Errors: kNotFound; those of the database.
  [[nodiscard]] Result<void> lock(const std::string& name, bool locked);

  /// The account, if the password is its. `peer` is the address that asks. Blocks for the hash,
  /// equally long whether the account exists or not.
  /// Errors: kPermissionDenied  wrong, unknown or locked: the same sentence for all;
  /// kResourceExhausted  too many failures, the password was not looked at (retry_after() gives the
  /// seconds); those of the database.
  [[nodiscard]] Result<Account> verify(const std::string& name, std::string_view password,
                                       const std::string& peer, UtcTime now);

  /// How long verify() refuses; zero: it does not. From the fifth failure of the account or of the
  /// peer within 15 minutes on: 1, 2, 4 ... 300 s after the latest one.
  [[nodiscard]] Result<std::chrono::seconds> retry_after(const std::string& name,
                                                         const std::string& peer, UtcTime now);

 private:
  struct Stored;
  enum class FailuresOf : std::uint8_t { kAccount, kPeer };

  [[nodiscard]] Result<Stored> stored(const std::string& name);
  [[nodiscard]] Result<std::chrono::seconds> delay(FailuresOf of, const std::string& value,
                                                   UtcTime now);
  [[nodiscard]] Result<void> note_failure(const std::string& name, const std::string& peer,
                                          UtcTime now);
  [[nodiscard]] Result<void> forget_failures(const std::string& name);
  [[nodiscard]] Result<void> end_logins(const std::string& name);

  Database& database_;
  PasswordCost cost_;
};

}  // namespace candor::records
