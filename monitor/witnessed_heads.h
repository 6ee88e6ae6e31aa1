// SPDX-License-Identifier: Apache-2.0
// What this monitor's witness cosigned last, for the mirrors, which ask on threads of their own.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/sync.h"
#include "monitor/mirror/host_mirror.h"
#include "monitor/records/witness_records.h"

namespace candor::monitor {

/// Thread: any.
class WitnessedHeads {
 public:
  /// A connection of its own to the witness's memory, which is there already.
  /// Errors: those of WitnessRecords::open_in.
  [[nodiscard]] static Result<std::shared_ptr<WitnessedHeads>> open_in(const std::string& state);

  explicit WitnessedHeads(std::unique_ptr<records::WitnessRecords> records)
      : records_(std::move(records)) {}

  /// None: nobody enrolled the log, or the memory cannot be read.
  [[nodiscard]] std::optional<mirror::WitnessedHead> find(const std::string& origin)
      EXCLUDES(mutex_);

 private:
  Mutex mutex_;
  std::unique_ptr<records::WitnessRecords> records_ GUARDED_BY(mutex_);
};

}  // namespace candor::monitor
