// SPDX-License-Identifier: Apache-2.0
// SQLite behind our errors: a connection, a prepared statement, a transaction. The only place that
// translates its result codes; which tables exist is the index's business.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/bytes.h"
#include "core/ids.h"
#include "core/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace candor::storage {

/// A prepared statement, used many times. One thread at a time; lives no longer than its Database.
class Statement {
 public:
  /// Binds parameter `at` (from 1). Text and bytes must stay until the next step() is done.
  Statement& bind(int at, std::int64_t value);
  Statement& bind(int at, std::uint64_t value) {
    return bind(at, static_cast<std::int64_t>(value));
  }
  Statement& bind(int at, std::uint32_t value) {
    return bind(at, static_cast<std::int64_t>(value));
  }
  Statement& bind(int at, int value) { return bind(at, static_cast<std::int64_t>(value)); }
  Statement& bind(int at, std::string_view text);
  Statement& bind(int at, const std::string& text) { return bind(at, std::string_view(text)); }
  Statement& bind(int at, const char* text) { return bind(at, std::string_view(text)); }
  Statement& bind(int at, ByteView bytes);
  Statement& bind(int at, const Bytes& bytes) { return bind(at, ByteView(bytes)); }
  Statement& bind(int at, const Uuid& id) { return bind(at, ByteView(id.bytes)); }
  Statement& bind_null(int at);
  template <typename Value>
  Statement& bind(int at, const std::optional<Value>& value) {
    return value.has_value() ? bind(at, *value) : bind_null(at);
  }

  /// True: a row is there. False: done, and the statement stands at its beginning again.
  [[nodiscard]] Result<bool> step();
  /// For statements without rows: runs, and stands at the beginning again.
  [[nodiscard]] Result<void> run();
  /// Gives up the rows that were not fetched. step() and run() do so themselves at the end and
  /// after an error.
  void reset();

  /// Columns of the row (from 0). Text and bytes live until the next step() or reset().
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::uint64_t unsigned_integer(int column) const {
    return static_cast<std::uint64_t>(integer(column));
  }
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] ByteView bytes(int column) const;
  [[nodiscard]] Uuid uuid(int column) const;  // Nil unless the column has 16 bytes.
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::optional<std::int64_t> integer_or_none(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  [[nodiscard]] Error error() const;

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// A connection. One thread at a time.
class Database {
 public:
  /// Opens what is there, for reading only; writing through it is impossible.
  /// Errors: kNotFound; kDataLoss (no database); kUnavailable.
  [[nodiscard]] static Result<Database> open_read_only(const std::string& path);

  /// Takes over a connection that was opened elsewhere (storage/write/index_database.cc).
  explicit Database(sqlite3* connection);

  [[nodiscard]] Result<Statement> prepare(std::string_view sql);
  /// Runs statements without parameters, one after another.
  [[nodiscard]] Result<void> execute(const std::string& sql);
  /// The number a pragma answers with: "user_version".
  [[nodiscard]] Result<std::int64_t> pragma(const std::string& name);

  /// An error from a result code and the connection's message.
  [[nodiscard]] static Error error_of(sqlite3* connection, int code);

 private:
  struct Close {
    void operator()(sqlite3* connection) const noexcept;
  };
  std::unique_ptr<sqlite3, Close> connection_;
};

/// BEGIN now, ROLLBACK at the end of the scope unless commit() succeeded.
class Transaction {
 public:
  enum class Kind : std::uint8_t { kRead, kWrite };
  [[nodiscard]] static Result<Transaction> begin(Database& database, Kind kind);

  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  [[nodiscard]] Result<void> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace candor::storage
