// SPDX-License-Identifier: Apache-2.0
#include "storage/write/index_database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "storage/read/index_version.h"

namespace candor::storage {
namespace {

// Every column is explained in docs/design/index.md. Rows are found by ids that stand in the log,
// never by numbers that SQLite gives out: a rebuild in another order must give the same rows.
constexpr const char* kSchema = R"(
CREATE TABLE logs (
  log_id BLOB NOT NULL PRIMARY KEY,
  room TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  head BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE streams (
  stream BLOB NOT NULL PRIMARY KEY,
  log_id BLOB NOT NULL,
  room TEXT NOT NULL,
  chain INTEGER NOT NULL,
  name TEXT NOT NULL,
  source TEXT NOT NULL,
  media TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX streams_by_room ON streams (room, log_id, chain);
CREATE TABLE segments (
  stream BLOB NOT NULL,
  segment INTEGER NOT NULL,
  session BLOB,
  run BLOB NOT NULL,
  entry INTEGER NOT NULL,
  path TEXT NOT NULL,
  init_digest BLOB NOT NULL,
  init_bytes INTEGER NOT NULL,
  timescale INTEGER NOT NULL,
  codecs TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  sample_rate INTEGER NOT NULL,
  channels INTEGER NOT NULL,
  start_time INTEGER,
  end_time INTEGER,
  start_ns INTEGER,
  end_ns INTEGER,
  media_bytes INTEGER NOT NULL DEFAULT 0,
  holes INTEGER NOT NULL DEFAULT 0,
  missing INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (stream, segment)
) WITHOUT ROWID;
CREATE INDEX segments_by_time ON segments (stream, start_ns) WHERE start_ns IS NOT NULL;
CREATE INDEX segments_by_session ON segments (session, stream) WHERE session IS NOT NULL;
CREATE TABLE units (
  stream BLOB NOT NULL,
  segment INTEGER NOT NULL,
  units BLOB NOT NULL,
  PRIMARY KEY (stream, segment)
) WITHOUT ROWID;
CREATE TABLE sessions (
  session BLOB NOT NULL PRIMARY KEY,
  log_id BLOB NOT NULL,
  room TEXT NOT NULL,
  case_id TEXT NOT NULL,
  person TEXT NOT NULL,
  interrogators TEXT NOT NULL,
  opened_by TEXT NOT NULL,
  opened_entry INTEGER NOT NULL,
  opened_ns INTEGER NOT NULL,
  closed_by TEXT,
  reason TEXT,
  closed_entry INTEGER,
  closed_ns INTEGER
) WITHOUT ROWID;
CREATE INDEX sessions_by_time ON sessions (opened_ns, session);
CREATE INDEX sessions_by_room ON sessions (room, opened_ns, session);
CREATE INDEX sessions_by_case ON sessions (case_id, opened_ns, session);
CREATE INDEX sessions_by_person ON sessions (person, opened_ns, session);
CREATE INDEX sessions_open ON sessions (room) WHERE closed_ns IS NULL;
CREATE TABLE session_interrogators (
  interrogator TEXT NOT NULL,
  session BLOB NOT NULL,
  PRIMARY KEY (interrogator, session)
) WITHOUT ROWID;
CREATE TABLE session_streams (
  session BLOB NOT NULL,
  stream BLOB NOT NULL,
  PRIMARY KEY (session, stream)
) WITHOUT ROWID;
CREATE TABLE gaps (
  stream BLOB NOT NULL,
  opened_entry INTEGER NOT NULL,
  session BLOB,
  cause TEXT NOT NULL,
  detail TEXT NOT NULL,
  timescale INTEGER NOT NULL,
  from_time INTEGER NOT NULL,
  to_time INTEGER,
  from_ns INTEGER NOT NULL,
  to_ns INTEGER,
  lost INTEGER,
  closed_entry INTEGER,
  PRIMARY KEY (stream, opened_entry)
) WITHOUT ROWID;
CREATE INDEX gaps_by_time ON gaps (stream, from_ns);
CREATE INDEX gaps_open ON gaps (stream) WHERE closed_entry IS NULL;
CREATE INDEX gaps_by_session ON gaps (session, cause) WHERE session IS NOT NULL;
)";

Result<void> make_tables(Database& database, const DatabaseForm& form) {
  CANDOR_TRY(Transaction transaction, Transaction::begin(database, Transaction::Kind::kWrite));
  CANDOR_CHECK(database.execute(form.schema));
  CANDOR_CHECK(database.execute(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};",
                                            form.application_id, form.version)));
  return transaction.commit();
}

Result<void> prepare(Database& database, const DatabaseForm& form) {
  // Nothing is written before it is known that the file is ours or empty.
  CANDOR_TRY(const std::int64_t tables, database.pragma("schema_version"));
  if (tables != 0) {
    CANDOR_CHECK(check_version(database, form.application_id, form.version));
  }
  CANDOR_CHECK(database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"));
  return tables == 0 ? make_tables(database, form) : Result<void>();
}

}  // namespace

Result<Database> open_database_for_writing(const std::string& path, const DatabaseForm& form) {
  sqlite3* connection = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &connection,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(connection);
  if (code != SQLITE_OK) {
    return fail(Database::error_of(connection, code).within(path));
  }
  CANDOR_CHECK(with_context(prepare(database, form), path));
  return database;
}

Result<Database> open_index_database(const std::string& path) {
  return open_database_for_writing(
      path, {.application_id = kIndexApplicationId, .version = kIndexVersion, .schema = kSchema});
}

}  // namespace candor::storage
