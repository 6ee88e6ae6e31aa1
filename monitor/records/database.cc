// SPDX-License-Identifier: Apache-2.0
#include "monitor/records/database.h"

#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <sqlite3.h>

#include "core/log.h"

namespace candor::records {
namespace {

// Only `candor user` or `candor witness` on the same machine ever holds the lock besides the
// monitor, and shortly.
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

Error error_of(sqlite3* connection, int code) {
  const char* message = connection == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(connection);
  return {kind_of(code), fmt::format("SQLite: {} ({})", message, code)};
}

// SQLite would create the file for everybody whom the umask lets in; its -wal and -shm files get
// the mode of this one.
Result<void> create_private(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd >= 0) {
    ::close(fd);
    return {};
  }
  if (errno == EEXIST) {
    return {};
  }
  return fail(error_from_errno(errno, path));
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
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
  sqlite3_bind_blob64(statement_.get(), at, bytes.data(), bytes.size(), SQLITE_STATIC);
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
  Error failed = error_of(sqlite3_db_handle(statement_.get()), code);
  sqlite3_reset(statement_.get());
  return fail(std::move(failed));
}

Result<void> Statement::run() {
  CANDOR_TRY(const bool has_row, step());
  if (has_row) {
    sqlite3_reset(statement_.get());
  }
  return {};
}

void Statement::reset() { sqlite3_reset(statement_.get()); }

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const { return std::string(as_text(bytes(column))); }

ByteView Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)};
}

void Database::Close::operator()(sqlite3* connection) const noexcept {
  sqlite3_close_v2(connection);
}

Result<Database> Database::open(const std::string& path, std::span<const char* const> schema) {
  CANDOR_CHECK(create_private(path));
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &connection,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(connection);
  if (code != SQLITE_OK) {
    return fail(error_of(connection, code).within(path));
  }
  CANDOR_CHECK(with_context(database.prepare_connection(), path));
  CANDOR_CHECK(with_context(database.migrate(schema), path));
  return database;
}

Result<void> Database::prepare_connection() {
  sqlite3_busy_timeout(connection_.get(), kBusyTimeoutMs);
  sqlite3_extended_result_codes(connection_.get(), 1);
  // A viewing or a locked account must outlive a power cut: every commit is synced.
  return execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
      "PRAGMA trusted_schema = OFF;");
}

Result<void> Database::migrate(std::span<const char* const> schema) {
  CANDOR_TRY(Transaction transaction, Transaction::begin(*this));
  CANDOR_TRY(Statement asked, prepare("PRAGMA user_version"));
  CANDOR_TRY(const bool has_row, asked.step());
  const std::int64_t version = has_row ? asked.integer(0) : 0;
  CANDOR_CHECK(asked.run());
  const auto known = static_cast<std::int64_t>(schema.size());
  if (version < 0 || version > known) {
    return fail(ErrorKind::kUnsupported,
                fmt::format("the database has version {}, this program knows up to {}: install the "
                            "newer program again",
                            version, known));
  }
  for (std::int64_t step = version; step < known; ++step) {
    CANDOR_CHECK(execute(schema[static_cast<std::size_t>(step)]));
  }
  if (version < known) {
    CANDOR_CHECK(execute(fmt::format("PRAGMA user_version = {}", known)));
  }
  return transaction.commit();
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                      &statement, nullptr);
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

std::int64_t Database::changes() const { return sqlite3_changes64(connection_.get()); }

std::int64_t Database::last_id() const { return sqlite3_last_insert_rowid(connection_.get()); }

Result<Transaction> Transaction::begin(Database& database) {
  CANDOR_CHECK(database.execute("BEGIN IMMEDIATE"));
  return Transaction(database);
}

Transaction::~Transaction() {
  if (database_ == nullptr) {
    return;
  }
  // SQLite rolls back by itself after some errors; then there is nothing left to do here.
  if (auto undone = database_->execute("ROLLBACK"); !undone.has_value()) {
    log::debug("records.rollback", {{"error", undone.error().message()}});
  }
}

Result<void> Transaction::commit() {
  CANDOR_CHECK(database_->execute("COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace candor::records
