// SPDX-License-Identifier: Apache-2.0
// A statement that is prepared when it is first used and kept: for what runs many times a second.
#pragma once

#include <optional>
#include <string_view>

#include "core/result.h"
#include "monitor/records/database.h"

namespace candor::records {

/// One thread at a time; the database outlives it and stays where it is.
class CachedStatement {
 public:
  CachedStatement(Database& database, std::string_view sql) : database_(database), sql_(sql) {}

  /// Ready to be bound: a row of its last use is let go of. Errors: those of Database::prepare.
  [[nodiscard]] Result<Statement*> get() {
    if (!prepared_.has_value()) {
      CANDOR_TRY(prepared_, database_.prepare(sql_));
    }
    prepared_->reset();
    return &*prepared_;
  }

 private:
  Database& database_;
  std::string_view sql_;
  std::optional<Statement> prepared_;
};

}  // namespace candor::records
