// SPDX-License-Identifier: Apache-2.0
#include "monitor/records/accounts.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "core/ids.h"

namespace candor::records {
namespace {

constexpr std::chrono::minutes kFailureWindow{15};
constexpr std::int64_t kFreeFailures = 5;  // Four slips cost a person nothing.
constexpr std::chrono::seconds kDelayMax{300};

Error no_account(const std::string& name) {
  return {ErrorKind::kNotFound, fmt::format("no account '{}'", name)};
}

Result<void> check_password(std::string_view password) {
  if (password.size() < kPasswordBytesMin || password.size() > kPasswordBytesMax) {
    return fail(ErrorKind::kInvalidArgument,
                fmt::format("the password has {} bytes; give it {} to {}", password.size(),
                            kPasswordBytesMin, kPasswordBytesMax));
  }
  return {};
}

// What was typed is kept only when it can be an account: a password typed into the name's field
// must not end in the database.
std::string failing_name(const std::string& name) { return is_slug(name) ? name : std::string(); }

std::chrono::seconds delay_after(std::int64_t failures) {
  if (failures < kFreeFailures) {
    return std::chrono::seconds::zero();
  }
  constexpr std::int64_t kDoublingsMax = 9;  // 2^9 s is above kDelayMax.
  const std::int64_t doublings = std::min(failures - kFreeFailures, kDoublingsMax);
  return std::min(std::chrono::seconds(std::int64_t{1} << doublings), kDelayMax);
}

}  // namespace

struct Accounts::Stored {
  std::optional<Account> account;  // None: there is no such account, the rest is made up.
  Bytes salt = Bytes(kSaltBytes);
  Bytes hash = Bytes(kHashBytes);
  PasswordCost cost;
};

Result<void> Accounts::add(const std::string& name, Role role, std::string_view password,
                           UtcTime now) {
  if (!is_slug(name)) {
    return fail(
        ErrorKind::kInvalidArgument,
        fmt::format("account name '{}': use 1 to 63 of a-z, 0-9 and '-', not '-' first", name));
  }
  CANDOR_CHECK(check_password(password));
  CANDOR_TRY(const Bytes salt, random_bytes(kSaltBytes));
  CANDOR_TRY(const Bytes hash, hash_password(password, salt, cost_));
  CANDOR_TRY(Statement insert,
             database_.prepare("INSERT INTO account (name, role, salt, hash, memory_kib, passes, "
                               "created_ns) VALUES (?, ?, ?, ?, ?, ?, ?)"));
  insert.bind(1, name).bind(2, to_string(role)).bind(3, ByteView(salt)).bind(4, ByteView(hash));
  insert.bind(5, std::int64_t{cost_.memory_kib}).bind(6, std::int64_t{cost_.passes}).bind(7, now);
  auto inserted = insert.run();
  if (!inserted.has_value() && inserted.error().kind() == ErrorKind::kAlreadyExists) {
    return fail(ErrorKind::kAlreadyExists, fmt::format("there is an account '{}'", name));
  }
  return inserted;
}

Result<std::vector<Account>> Accounts::list() {
  CANDOR_TRY(Statement select,
             database_.prepare("SELECT name, role, locked FROM account ORDER BY name"));
  std::vector<Account> accounts;
  while (true) {
    CANDOR_TRY(const bool has_row, select.step());
    if (!has_row) {
      return accounts;
    }
    CANDOR_TRY(const Role role, parse_role(select.text(1)));
    accounts.push_back({.name = select.text(0), .role = role, .is_locked = select.integer(2) != 0});
  }
}

Result<void> Accounts::set_password(const std::string& name, std::string_view password) {
  CANDOR_CHECK(check_password(password));
  CANDOR_TRY(const Bytes salt, random_bytes(kSaltBytes));
  CANDOR_TRY(const Bytes hash, hash_password(password, salt, cost_));
  CANDOR_TRY(Transaction transaction, Transaction::begin(database_));
  CANDOR_TRY(Statement update, database_.prepare("UPDATE account SET salt = ?, hash = ?, "
                                                 "memory_kib = ?, passes = ? WHERE name = ?"));
  update.bind(1, ByteView(salt)).bind(2, ByteView(hash));
  update.bind(3, std::int64_t{cost_.memory_kib}).bind(4, std::int64_t{cost_.passes}).bind(5, name);
  CANDOR_CHECK(update.run());
  if (database_.changes() == 0) {
    return fail(no_account(name));
  }
  CANDOR_CHECK(end_logins(name));
  return transaction.commit();
}

Result<void> Accounts::lock(const std::string& name, bool locked) {
  CANDOR_TRY(Transaction transaction, Transaction::begin(database_));
  CANDOR_TRY(Statement update, database_.prepare("UPDATE account SET locked = ? WHERE name = ?"));
  CANDOR_CHECK(update.bind(1, std::int64_t{locked ? 1 : 0}).bind(2, name).run());
  if (database_.changes() == 0) {
    return fail(no_account(name));
  }
  if (locked) {
    CANDOR_CHECK(end_logins(name));
  }
  return transaction.commit();
}

Result<Account> Accounts::verify(const std::string& name, std::string_view password,
                                 const std::string& peer, UtcTime now) {
  CANDOR_TRY(const std::chrono::seconds wait, retry_after(name, peer, now));
  if (wait > std::chrono::seconds::zero()) {
    return fail(ErrorKind::kResourceExhausted,
                fmt::format("too many failed logins: try again in {} s", wait.count()));
  }
  CANDOR_TRY(const Stored known, stored(name));
  CANDOR_TRY(const Bytes hash, hash_password(password, known.salt, known.cost));
  const bool is_equal = equal_in_constant_time(hash, known.hash);
  if (!is_equal || !known.account.has_value() || known.account->is_locked) {
    CANDOR_CHECK(note_failure(name, peer, now));
    return fail(ErrorKind::kPermissionDenied, "wrong account or password");
  }
  CANDOR_CHECK(forget_failures(name));
  return *known.account;
}

Result<std::chrono::seconds> Accounts::retry_after(const std::string& name, const std::string& peer,
                                                   UtcTime now) {
  CANDOR_TRY(const std::chrono::seconds for_peer, delay(FailuresOf::kPeer, peer, now));
  const std::string account = failing_name(name);
  if (account.empty()) {
    return for_peer;
  }
  CANDOR_TRY(const std::chrono::seconds for_account, delay(FailuresOf::kAccount, account, now));
  return std::max(for_peer, for_account);
}

Result<Accounts::Stored> Accounts::stored(const std::string& name) {
  CANDOR_TRY(Statement select,
             database_.prepare("SELECT name, role, locked, salt, hash, memory_kib, passes "
                               "FROM account WHERE name = ?"));
  CANDOR_TRY(const bool has_row, select.bind(1, name).step());
  Stored known;
  known.cost = cost_;
  if (!has_row) {
    return known;
  }
  CANDOR_TRY(const Role role, parse_role(select.text(1)));
  known.account =
      Account{.name = select.text(0), .role = role, .is_locked = select.integer(2) != 0};
  const ByteView salt = select.bytes(3);
  known.salt.assign(salt.begin(), salt.end());
  const ByteView hash = select.bytes(4);
  known.hash.assign(hash.begin(), hash.end());
  known.cost = {.memory_kib = static_cast<std::uint32_t>(select.integer(5)),
                .passes = static_cast<std::uint32_t>(select.integer(6))};
  return known;
}

Result<std::chrono::seconds> Accounts::delay(FailuresOf of, const std::string& value, UtcTime now) {
  CANDOR_TRY(Statement select,
             database_.prepare(of == FailuresOf::kAccount
                                   ? "SELECT count(*), max(at_ns) FROM login_failure "
                                     "WHERE account = ? AND at_ns > ?"
                                   : "SELECT count(*), max(at_ns) FROM login_failure "
                                     "WHERE peer = ? AND at_ns > ?"));
  CANDOR_TRY(const bool has_row, select.bind(1, value).bind(2, now + -kFailureWindow).step());
  const std::int64_t failures = has_row ? select.integer(0) : 0;
  const std::chrono::seconds full = delay_after(failures);
  if (full == std::chrono::seconds::zero()) {
    return full;
  }
  const Nanoseconds left = select.time(1) + full - now;
  // When the clock was set back, the latest failure lies ahead: nobody waits longer for that.
  return std::clamp(std::chrono::ceil<std::chrono::seconds>(left), std::chrono::seconds::zero(),
                    full);
}

Result<void> Accounts::note_failure(const std::string& name, const std::string& peer, UtcTime now) {
  CANDOR_TRY(Transaction transaction, Transaction::begin(database_));
  CANDOR_TRY(Statement remove, database_.prepare("DELETE FROM login_failure WHERE at_ns <= ?"));
  CANDOR_CHECK(remove.bind(1, now + -kFailureWindow).run());
  CANDOR_TRY(
      Statement insert,
      database_.prepare("INSERT INTO login_failure (account, peer, at_ns) VALUES (?, ?, ?)"));
  const std::string account = failing_name(name);
  CANDOR_CHECK(insert.bind(1, account).bind(2, peer).bind(3, now).run());
  return transaction.commit();
}

Result<void> Accounts::forget_failures(const std::string& name) {
  CANDOR_TRY(Statement remove, database_.prepare("DELETE FROM login_failure WHERE account = ?"));
  return remove.bind(1, name).run();
}

Result<void> Accounts::end_logins(const std::string& name) {
  CANDOR_TRY(Statement remove, database_.prepare("DELETE FROM login WHERE account = ?"));
  return remove.bind(1, name).run();
}

}  // namespace candor::records
