// SPDX-License-Identifier: Apache-2.0
#include "monitor/records/logins.h"

#include "core/bytes.h"
#include "evidence/digest.h"
#include "monitor/records/secret.h"

namespace candor::records {
namespace {

constexpr std::size_t kTokenBytes = 32;
// A sign of life is written at most so often: each write is a sync of the disk.
constexpr std::chrono::minutes kSeenStep{1};

Error not_logged_in() { return {ErrorKind::kPermissionDenied, "not logged in"}; }

}  // namespace

Result<NewLogin> Logins::begin(const Account& account, UtcTime now) {
  CANDOR_TRY(const Bytes token_bytes, random_bytes(kTokenBytes));
  CANDOR_TRY(const Bytes csrf_bytes, random_bytes(kTokenBytes));
  const std::string token = to_hex(token_bytes);
  const std::string csrf = to_hex(csrf_bytes);
  const evidence::Digest hash = evidence::sha256(as_bytes(token));
  CANDOR_TRY(Transaction transaction, Transaction::begin(database_));
  CANDOR_CHECK(remove_expired(now));
  CANDOR_TRY(Statement insert,
             database_.prepare("INSERT INTO login (token_hash, csrf, account, started_ns, seen_ns) "
                               "VALUES (?, ?, ?, ?, ?)"));
  insert.bind(1, ByteView(hash)).bind(2, csrf).bind(3, account.name).bind(4, now).bind(5, now);
  CANDOR_CHECK(insert.run());
  const std::int64_t id = database_.last_id();
  CANDOR_CHECK(transaction.commit());
  return NewLogin{.login = {.id = id, .account = account.name, .role = account.role, .csrf = csrf},
                  .token = token};
}

Result<Login> Logins::find(std::string_view token, UtcTime now) {
  // Found by its hash: how long the index looks says nothing about the token.
  const evidence::Digest hash = evidence::sha256(as_bytes(token));
  CANDOR_TRY(Statement select,
             database_.prepare("SELECT id, account, role, csrf, started_ns, seen_ns FROM login "
                               "JOIN account ON account.name = login.account "
                               "WHERE token_hash = ? AND NOT locked"));
  CANDOR_TRY(const bool has_row, select.bind(1, ByteView(hash)).step());
  if (!has_row) {
    return fail(not_logged_in());
  }
  CANDOR_TRY(const Role role, parse_role(select.text(2)));
  Login login{
      .id = select.integer(0), .account = select.text(1), .role = role, .csrf = select.text(3)};
  const Nanoseconds idle = now - select.time(5);
  if (now - select.time(4) >= kLoginMax || idle >= kLoginIdleMax) {
    return fail(not_logged_in());
  }
  if (idle >= kSeenStep) {
    CANDOR_TRY(Statement update, database_.prepare("UPDATE login SET seen_ns = ? WHERE id = ?"));
    CANDOR_CHECK(update.bind(1, now).bind(2, login.id).run());
  }
  return login;
}

Result<void> Logins::end(std::string_view token) {
  const evidence::Digest hash = evidence::sha256(as_bytes(token));
  CANDOR_TRY(Statement remove, database_.prepare("DELETE FROM login WHERE token_hash = ?"));
  return remove.bind(1, ByteView(hash)).run();
}

Result<void> Logins::remove_expired(UtcTime now) {
  CANDOR_TRY(Statement remove,
             database_.prepare("DELETE FROM login WHERE started_ns <= ? OR seen_ns <= ?"));
  return remove.bind(1, now + -kLoginMax).bind(2, now + -kLoginIdleMax).run();
}

}  // namespace candor::records
