// SPDX-License-Identifier: Apache-2.0
// The tables of the witness's memory (docs/design/witness.md), one string for each version, as in
// schema.h. It is a file of its own: accounts may come back from a backup, this memory must not.
#pragma once

#include <array>

namespace candor::records {

inline constexpr const char* kWitnessSchemaV1 = R"sql(
-- The key that this memory belongs to: one row, written once.
CREATE TABLE witness (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  vkey TEXT NOT NULL,
  made_ns INTEGER NOT NULL
) STRICT;

-- Logs that a person enrolled. What was cosigned of a log is never forgotten, retired or not.
CREATE TABLE log (
  origin TEXT PRIMARY KEY,
  origin_hash BLOB NOT NULL UNIQUE, -- SHA-256 of the origin line without newline.
  vkey TEXT NOT NULL,               -- The log's key.
  state TEXT NOT NULL CHECK (state IN ('enrolled', 'retired')),
  enrolled_by TEXT NOT NULL,
  enrolled_ns INTEGER NOT NULL,
  -- The last checkpoint that was cosigned; all empty before the first one.
  size INTEGER NOT NULL DEFAULT 0 CHECK (size >= 0),
  root BLOB NOT NULL DEFAULT x'',
  time_s INTEGER NOT NULL DEFAULT 0, -- Of the cosignature, seconds since 1970.
  note TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE TRIGGER log_kept BEFORE DELETE ON log
  BEGIN SELECT RAISE(ABORT, 'what was witnessed is never forgotten'); END;
CREATE TRIGGER log_grows BEFORE UPDATE ON log
  WHEN NEW.size < OLD.size OR NEW.time_s < OLD.time_s OR NEW.vkey <> OLD.vkey
    OR NEW.origin <> OLD.origin
    OR (OLD.note <> '' AND NEW.size = OLD.size AND NEW.root <> OLD.root)
  BEGIN SELECT RAISE(ABORT, 'a witnessed log only grows'); END;

-- What persons did: rows are only added.
CREATE TABLE act (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ns INTEGER NOT NULL,
  by TEXT NOT NULL,
  what TEXT NOT NULL CHECK (what IN ('enrol', 'retire', 'settle')),
  origin TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE TRIGGER act_kept BEFORE DELETE ON act
  BEGIN SELECT RAISE(ABORT, 'acts are never deleted'); END;
CREATE TRIGGER act_unchanged BEFORE UPDATE ON act
  BEGIN SELECT RAISE(ABORT, 'acts are never changed'); END;

-- Logs that were offered and nobody enrolled.
CREATE TABLE pending (
  id INTEGER PRIMARY KEY,
  origin TEXT NOT NULL UNIQUE,
  first_ns INTEGER NOT NULL,
  last_ns INTEGER NOT NULL,
  note TEXT NOT NULL                -- The last one kept; empty if it was too long.
) STRICT;

-- Signed by the log and contradicting what was cosigned: the request as it came.
CREATE TABLE refused (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  origin TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('rolled-back', 'rewritten')),
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  cosigned_size INTEGER NOT NULL,   -- Ours at that time.
  first_ns INTEGER NOT NULL,
  last_ns INTEGER NOT NULL,
  count INTEGER NOT NULL,
  request BLOB NOT NULL,            -- The first one of this size and root.
  settled INTEGER NOT NULL DEFAULT 0, -- 1: a person looked at it; it is no alarm any more.
  UNIQUE (origin, kind, size, root)
) STRICT;
CREATE INDEX refused_open ON refused (settled) WHERE NOT settled;
CREATE TRIGGER refused_kept BEFORE DELETE ON refused
  BEGIN SELECT RAISE(ABORT, 'evidence is never deleted'); END;
)sql";

/// Entry n brings a database of user_version n to n + 1.
inline constexpr std::array kWitnessSchemaSteps{kWitnessSchemaV1};

}  // namespace candor::records
