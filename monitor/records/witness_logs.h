// SPDX-License-Identifier: Apache-2.0
// What the witness remembers of each log: who enrolled it, and the last checkpoint that was
// cosigned. Whether a checkpoint may be cosigned is judged in monitor/witness.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "evidence/digest.h"
#include "monitor/records/cached_statement.h"
#include "monitor/records/database.h"

namespace candor::records {

/// A checkpoint that was cosigned.
struct Cosigned {
  std::uint64_t size = 0;
  evidence::Digest root{};
  std::uint64_t time_s = 0;  // In the cosignature, seconds since 1970.
  std::string note;          // With the log's signature and ours.
};

struct WitnessedLog {
  std::string origin;
  std::string vkey;
  bool is_enrolled = false;  // Else retired: nothing of it is cosigned any more.
  std::string enrolled_by;
  UtcTime enrolled;
  std::optional<Cosigned> last;  // None before the first one.
};

/// Who did something, and when.
struct Actor {
  std::string name;
  UtcTime at;
};

/// One thread at a time; the database outlives it.
class WitnessLogs {
 public:
  explicit WitnessLogs(Database& database);

  /// None for a log that nobody enrolled ever. Errors: those of the database.
  [[nodiscard]] Result<std::optional<WitnessedLog>> find(std::string_view origin);
  /// By the SHA-256 of its origin.
  [[nodiscard]] Result<std::optional<WitnessedLog>> find(const evidence::Digest& origin_hash);
  /// All, by origin. Errors: those of the database.
  [[nodiscard]] Result<std::vector<WitnessedLog>> list();

  /// Origins of those that are enrolled, and whether anything of them was ever cosigned.
  /// Errors: those of the database.
  [[nodiscard]] Result<std::vector<std::pair<std::string, bool>>> enrolled();

  /// From now on the log is known; it is not pending any more. A retired one with the same key is
  /// enrolled again and what was cosigned of it still counts.
  /// Errors: kAlreadyExists  it is enrolled; kFailedPrecondition  it was known with another key;
  /// those of the database.
  [[nodiscard]] Result<void> enrol(const std::string& origin, const std::string& vkey,
                                   const Actor& actor);
  /// Errors: kNotFound  no such log, or it is retired; those of the database.
  [[nodiscard]] Result<void> retire(const std::string& origin, const Actor& actor);

  /// Replaces what was cosigned last. Within a transaction that read the log before.
  /// Errors: kAlreadyExists  it would shrink, change at its size or go back in time (the database
  /// itself says so); those of the database.
  [[nodiscard]] Result<void> set_cosigned(std::string_view origin, const Cosigned& cosigned);

  /// Adds to what persons did. Errors: those of the database.
  [[nodiscard]] Result<void> note_act(const Actor& actor, std::string_view what,
                                      std::string_view origin, std::string_view detail);

 private:
  Database& database_;
  CachedStatement find_;
  CachedStatement find_by_hash_;
  CachedStatement enrolled_;
  CachedStatement set_cosigned_;
};

}  // namespace candor::records
