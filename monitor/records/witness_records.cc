// SPDX-License-Identifier: Apache-2.0
#include "monitor/records/witness_records.h"

#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "monitor/records/state_folder.h"
#include "monitor/records/witness_schema.h"

namespace candor::records {
namespace {

bool is_there(const std::string& path) {
  std::error_code ignored;  // Opening it says what is the matter.
  return std::filesystem::exists(path, ignored);
}

}  // namespace

std::string witness_key_path(const std::string& state) { return state + "/witness.key"; }
std::string witness_memory_path(const std::string& state) { return state + "/witness.db"; }

Result<std::unique_ptr<WitnessRecords>> WitnessRecords::open_in(const std::string& state) {
  CANDOR_CHECK(make_state_folder(state));
  const std::string path = witness_memory_path(state);
  if (is_there(witness_key_path(state)) && !is_there(path)) {
    return fail(ErrorKind::kDataLoss,
                fmt::format("{} is missing and {} is there: the witness has forgotten what it "
                            "cosigned; retire its key (docs/design/witness.md, \"Lost memory\")",
                            path, witness_key_path(state)));
  }
  CANDOR_TRY(Database opened, Database::open(path, kWitnessSchemaSteps));
  return std::make_unique<WitnessRecords>(std::move(opened));
}

Result<std::optional<std::string>> WitnessRecords::vkey() {
  CANDOR_TRY(Statement select, database.prepare("SELECT vkey FROM witness"));
  CANDOR_TRY(const bool has_row, select.step());
  return has_row ? std::optional(select.text(0)) : std::nullopt;
}

Result<void> WitnessRecords::bind(const std::string& key, UtcTime now) {
  CANDOR_TRY(Transaction transaction, Transaction::begin(database));
  CANDOR_TRY(const std::optional<std::string> bound, vkey());
  if (bound.has_value() && *bound != key) {
    return fail(ErrorKind::kFailedPrecondition,
                fmt::format("the witness's memory belongs to the key {}, not to {}", *bound, key));
  }
  if (!bound.has_value()) {
    CANDOR_TRY(Statement insert,
               database.prepare("INSERT INTO witness (id, vkey, made_ns) VALUES (1, ?, ?)"));
    CANDOR_CHECK(insert.bind(1, key).bind(2, now).run());
  }
  return transaction.commit();
}

}  // namespace candor::records
