// SPDX-License-Identifier: Apache-2.0
// The tables of the monitor's database, one string for each version; a version is never edited once
// released, the next one is added after it. All times are nanoseconds since 1970, UTC.
#pragma once

#include <array>

namespace candor::records {

inline constexpr const char* kSchemaV1 = R"sql(
-- Who may log in. The name is the key: it stands in recordings' logs and is never given again,
-- which is why there is no way to delete an account, only to lock it.
CREATE TABLE account (
  name TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  salt BLOB NOT NULL,             -- 16 random bytes.
  hash BLOB NOT NULL,             -- Argon2id over password and salt.
  memory_kib INTEGER NOT NULL,    -- Argon2 parameters of this hash, so that they can be raised.
  passes INTEGER NOT NULL,
  locked INTEGER NOT NULL DEFAULT 0,
  created_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Failed logins. The account's name is what was typed: it need not exist.
CREATE TABLE login_failure (
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  peer TEXT NOT NULL,
  at_ns INTEGER NOT NULL
) STRICT;
CREATE INDEX login_failure_account ON login_failure (account, at_ns);
CREATE INDEX login_failure_peer ON login_failure (peer, at_ns);
CREATE INDEX login_failure_at ON login_failure (at_ns);

-- Browsers that are logged in. Who reads the file cannot log in with it: only hashes of tokens.
-- AUTOINCREMENT: viewings refer to the number after the login is gone, so it is never used twice.
CREATE TABLE login (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  token_hash BLOB NOT NULL UNIQUE,
  csrf TEXT NOT NULL,
  account TEXT NOT NULL REFERENCES account (name),
  started_ns INTEGER NOT NULL,
  seen_ns INTEGER NOT NULL
) STRICT;
CREATE INDEX login_account ON login (account);

-- Names behind the ids that recordings carry: kind and number make the id.
CREATE TABLE person (
  kind TEXT NOT NULL CHECK (kind IN ('P', 'O')),
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (kind, number),
  UNIQUE (kind, name)
) STRICT, WITHOUT ROWID;

-- Who looked at what, and why. Rows are only added.
CREATE TABLE viewing (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  login INTEGER NOT NULL,
  account TEXT NOT NULL REFERENCES account (name),
  kind TEXT NOT NULL CHECK (kind IN ('room', 'session')),
  target TEXT NOT NULL,
  reason TEXT NOT NULL,
  note TEXT NOT NULL,
  at_ns INTEGER NOT NULL
) STRICT;
CREATE INDEX viewing_login ON viewing (login, kind, target);
CREATE TRIGGER viewing_kept BEFORE DELETE ON viewing
  BEGIN SELECT RAISE(ABORT, 'viewings are never deleted'); END;
CREATE TRIGGER viewing_unchanged BEFORE UPDATE ON viewing
  BEGIN SELECT RAISE(ABORT, 'viewings are never changed'); END;
)sql";

/// Entry n brings a database of user_version n to n + 1.
inline constexpr std::array kSchemaSteps{kSchemaV1};

}  // namespace candor::records
