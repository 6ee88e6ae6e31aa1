// SPDX-License-Identifier: Apache-2.0
// Browsers that are logged in: a secret token each, of which only the hash is kept. Whether someone
// may log in: accounts.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/time.h"
#include "monitor/records/accounts.h"
#include "monitor/records/database.h"
#include "monitor/records/roles.h"

namespace candor::records {

/// A shift; whoever stays longer shows once more who sits there.
inline constexpr std::chrono::hours kLoginMax{12};
/// Without a request for so long, the seat is taken to be empty.
inline constexpr std::chrono::minutes kLoginIdleMax{60};

struct Login {
  std::int64_t id = 0;
  std::string account;
  Role role = Role::kSupervisor;
  std::string csrf;  // 64 hexadecimal digits; every change must carry it.
};

struct NewLogin {
  Login login;
  std::string token;  // 64 hexadecimal digits; cannot be had again.
};

/// One thread at a time; the database outlives it.
class Logins {
 public:
  explicit Logins(Database& database) : database_(database) {}

  /// For an account that verify() gave. Errors: those of the database.
  [[nodiscard]] Result<NewLogin> begin(const Account& account, UtcTime now);

  /// The login of a token; counts as a sign of life.
  /// Errors: kPermissionDenied  unknown, ended, expired or of a locked account; those of the
  /// database.
  [[nodiscard]] Result<Login> find(std::string_view token, UtcTime now);

  /// Nothing happens when there is no such login. Errors: those of the database.
  [[nodiscard]] Result<void> end(std::string_view token);

 private:
  [[nodiscard]] Result<void> remove_expired(UtcTime now);

  Database& database_;
};

}  // namespace candor::records
