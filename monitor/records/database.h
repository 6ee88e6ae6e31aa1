// SPDX-License-Identifier: Apache-2.0
// The monitor's own SQLite database: opening, its schema, statements and transactions behind our
// errors. What the tables mean is said where they are used.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/bytes.h"
#include "core/result.h"
#include "core/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace candor::records {

/// A prepared statement. One thread at a time; lives no longer than its Database. Bound text and
/// bytes must stay until the next step() is done.
class Statement {
 public:
  Statement& bind(int at, std::int64_t value);
  Statement& bind(int at, UtcTime time) { return bind(at, time.ns); }
  Statement& bind(int at, std::string_view text);
  Statement& bind(int at, ByteView bytes);

  /// True: a row is there. False: done.
  [[nodiscard]] Result<bool> step();
  /// For statements whose rows do not matter.
  [[nodiscard]] Result<void> run();
  /// Lets go of a row that is there, so that the statement can be bound and run again.
  void reset();

  /// Columns of the row (from 0). Text and bytes live until the next step().
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] UtcTime time(int column) const { return {integer(column)}; }
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] ByteView bytes(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// The connection. One thread at a time: the monitor calls it on one strand of its blocking pool.
class Database {
 public:
  /// Opens or creates the file (mode 0600) and brings its schema up to date: entry n of `schema`
  /// makes version n + 1 of version n. Every commit is synced (synchronous FULL).
  /// Errors: kUnsupported  written by a newer program; kDataLoss  no database; kUnavailable.
  [[nodiscard]] static Result<Database> open(const std::string& path,
                                             std::span<const char* const> schema);

  [[nodiscard]] Result<Statement> prepare(std::string_view sql);
  /// Runs statements without parameters, one after another.
  [[nodiscard]] Result<void> execute(const std::string& sql);
  /// Rows that the last INSERT, UPDATE or DELETE changed.
  [[nodiscard]] std::int64_t changes() const;
  /// The integer key of the last INSERT.
  [[nodiscard]] std::int64_t last_id() const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const noexcept;
  };
  explicit Database(sqlite3* connection) : connection_(connection) {}
  [[nodiscard]] Result<void> prepare_connection();
  [[nodiscard]] Result<void> migrate(std::span<const char* const> schema);

  std::unique_ptr<sqlite3, Close> connection_;
};

/// BEGIN IMMEDIATE now, ROLLBACK at the end of the scope unless commit() succeeded.
class Transaction {
 public:
  [[nodiscard]] static Result<Transaction> begin(Database& database);

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

}  // namespace candor::records
