// SPDX-License-Identifier: Apache-2.0
// The witness's memory on its own database, bound to one key for good. The key itself is made and
// read in monitor/witness.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/result.h"
#include "monitor/records/database.h"
#include "monitor/records/witness_logs.h"
#include "monitor/records/witness_offers.h"

namespace candor::records {

/// Where the key and the memory lie in a monitor's state folder.
[[nodiscard]] std::string witness_key_path(const std::string& state);
[[nodiscard]] std::string witness_memory_path(const std::string& state);

/// One thread at a time. Stays where it was made: its members refer to each other.
class WitnessRecords {
 public:
  /// "<state>/witness.db"; the folder and the file are made when they are missing.
  /// Errors: kDataLoss  the key is there and the memory is not: a witness that has forgotten must
  ///                    not sign again with the key that it had;
  ///         those of Database::open; errno kinds.
  [[nodiscard]] static Result<std::unique_ptr<WitnessRecords>> open_in(const std::string& state);

  explicit WitnessRecords(Database opened)
      : database(std::move(opened)), logs(database), offers(database) {}
  WitnessRecords(const WitnessRecords&) = delete;
  WitnessRecords& operator=(const WitnessRecords&) = delete;
  WitnessRecords(WitnessRecords&&) = delete;
  WitnessRecords& operator=(WitnessRecords&&) = delete;
  ~WitnessRecords() = default;

  /// The key that this memory belongs to; none before bind(). Errors: those of the database.
  [[nodiscard]] Result<std::optional<std::string>> vkey();
  /// Binds the memory to the witness's key, or checks that it is bound to it.
  /// Errors: kFailedPrecondition  it belongs to another key or name; those of the database.
  [[nodiscard]] Result<void> bind(const std::string& vkey, UtcTime now);

  // NOLINTBEGIN(misc-non-private-member-variables-in-classes): as in Records.
  Database database;
  WitnessLogs logs;
  WitnessOffers offers;
  // NOLINTEND(misc-non-private-member-variables-in-classes)
};

}  // namespace candor::records
