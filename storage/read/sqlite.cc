// SPDX-License-Identifier: Apache-2.0
#include "storage/read/sqlite.h"

#include <algorithm>

#include <fmt/format.h>
#include <sqlite3.h>

#include "core/log.h"

namespace candor::storage {
namespace {

// Readers and the one writer wait for each other at checkpoints only.
constexpr int kBusyTimeoutMs = 5000;

ErrorKind kind_of(int code) {
  switch (code & 0xFF) {
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
      return ErrorKind::kResourceExhausted;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_PROTOCOL:
      return ErrorKind::kUnavailable;
    case SQLITE_CANTOPEN:
      return ErrorKind::kNotFound;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorKind::kDataLoss;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return ErrorKind::kPermissionDenied;
    case SQLITE_CONSTRAINT:
      return ErrorKind::kAlreadyExists;
    default:
      return ErrorKind::kInternal;
  }
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

Error Statement::error() const {
  sqlite3* connection = sqlite3_db_handle(statement_.get());
  return Database::error_of(connection, sqlite3_extended_errcode(connection));
}

Statement& Statement::bind(int at, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), at, value);
  return *this;
}

Statement& Statement::bind(int at, std::string_view text) {
  // An empty view may carry a null pointer, which SQLite would take for NULL.
  sqlite3_bind_text64(statement_.get(), at, text.empty() ? "" : text.data(), text.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(int at, ByteView bytes) {
  if (bytes.empty()) {
    sqlite3_bind_zeroblob(statement_.get(), at, 0);
  } else {
    sqlite3_bind_blob64(statement_.get(), at, bytes.data(), bytes.size(), SQLITE_STATIC);
  }
  return *this;
}

Statement& Statement::bind_null(int at) {
  sqlite3_bind_null(statement_.get(), at);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code == SQLITE_DONE) {
    sqlite3_reset(statement_.get());
    return false;
  }
  Error failed = error();
  sqlite3_reset(statement_.get());
  return fail(std::move(failed));
}

Result<void> Statement::run() {
  CANDOR_TRY(const bool has_row, step());
  if (has_row) {
    reset();
  }
  return {};
}

void Statement::reset() { sqlite3_reset(statement_.get()); }

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::text(int column) const {
  const ByteView found = bytes(column);
  return as_text(found);
}

ByteView Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)};
}

Uuid Statement::uuid(int column) const {
  Uuid id;
  const ByteView found = bytes(column);
  if (found.size() == id.bytes.size()) {
    std::copy(found.begin(), found.end(), id.bytes.begin());
  }
  return id;
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::optional<std::int64_t> Statement::integer_or_none(int column) const {
  return is_null(column) ? std::nullopt : std::optional(integer(column));
}

void Database::Close::operator()(sqlite3* connection) const noexcept {
  sqlite3_close_v2(connection);
}

Database::Database(sqlite3* connection) : connection_(connection) {
  if (connection == nullptr) {
    return;  // Out of memory; the caller holds the code.
  }
  sqlite3_busy_timeout(connection, kBusyTimeoutMs);
  sqlite3_extended_result_codes(connection, 1);
}

Error Database::error_of(sqlite3* connection, int code) {
  const char* message = connection == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(connection);
  return {kind_of(code), fmt::format("SQLite: {} ({})", message, code)};
}

Result<Database> Database::open_read_only(const std::string& path) {
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &connection,
                                   SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(connection);
  if (code != SQLITE_OK) {
    return fail(error_of(connection, code).within(path));
  }
  CANDOR_CHECK(with_context(database.execute("PRAGMA query_only = 1"), path));
  return database;
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) {
    return fail(error_of(connection_.get(), code));
  }
  return Statement(statement);
}

Result<void> Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return fail(error_of(connection_.get(), code));
  }
  return {};
}

Result<std::int64_t> Database::pragma(const std::string& name) {
  CANDOR_TRY(Statement statement, prepare("PRAGMA " + name));
  CANDOR_TRY(const bool has_row, statement.step());
  return has_row ? statement.integer(0) : 0;
}

Result<Transaction> Transaction::begin(Database& database, Kind kind) {
  CANDOR_CHECK(database.execute(kind == Kind::kRead ? "BEGIN" : "BEGIN IMMEDIATE"));
  return Transaction(database);
}

Transaction::~Transaction() {
  if (database_ == nullptr) {
    return;
  }
  // SQLite rolls back by itself after some errors; then there is nothing left to do here.
  if (auto undone = database_->execute("ROLLBACK"); !undone.has_value()) {
    log::debug("storage.rollback", {{"error", undone.error().message()}});
  }
}

Result<void> Transaction::commit() {
  CANDOR_CHECK(database_->execute("COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace candor::storage
