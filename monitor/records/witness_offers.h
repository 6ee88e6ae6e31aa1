// SPDX-License-Identifier: Apache-2.0
// What the witness was offered and did not cosign: checkpoints of logs that nobody enrolled, and
// those that contradict what was cosigned, kept as evidence.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "core/time.h"
#include "evidence/digest.h"
#include "monitor/records/cached_statement.h"
#include "monitor/records/database.h"
#include "monitor/records/witness_logs.h"

namespace candor::records {

/// Anyone may offer: more unknown logs than this push the oldest out, which come back when they are
/// offered again.
inline constexpr std::int64_t kPendingMax = 1000;
/// A longer note of an unknown log is not kept, only that it was offered.
inline constexpr std::size_t kPendingNoteBytesMax = 2048;
/// Different checkpoints of one log and kind that are kept; a further one is counted with the last.
inline constexpr std::int64_t kRefusedMax = 64;

struct PendingLog {
  std::string origin;
  UtcTime first;
  UtcTime last;  // To a minute.
  std::string note;
};

enum class RefusedKind : std::uint8_t {
  kRolledBack,  // A smaller size than what was cosigned.
  kRewritten,   // Another root, or no proof that it extends what was cosigned.
};

/// As alarms name it: "rolled-back".
[[nodiscard]] std::string_view to_string(RefusedKind kind);

/// A checkpoint with the log's valid signature that was refused.
struct Refused {
  std::string origin;
  RefusedKind kind = RefusedKind::kRolledBack;
  std::uint64_t size = 0;
  evidence::Digest root{};
  std::uint64_t cosigned_size = 0;
  UtcTime first;
  UtcTime last;
  std::int64_t count = 0;
  Bytes request;  // The body as it came.
};

/// One thread at a time; the database outlives it.
class WitnessOffers {
 public:
  explicit WitnessOffers(Database& database);

  /// An offer of an unknown log. Errors: those of the database.
  [[nodiscard]] Result<void> add_pending(std::string_view origin, std::string_view note,
                                         UtcTime now);
  /// The one that was offered first comes first. Errors: those of the database.
  [[nodiscard]] Result<std::vector<PendingLog>> pending();

  /// Keeps it, or counts it when the same checkpoint was refused before; it is open (again).
  /// `first` and `count` are not looked at. Errors: those of the database.
  [[nodiscard]] Result<void> add_refused(const Refused& refused);
  /// Those of enrolled logs that no person settled yet, the oldest first, without their requests.
  /// Errors: those of the database.
  [[nodiscard]] Result<std::vector<Refused>> open_refusals();
  /// All of a log, the oldest first. Errors: those of the database.
  [[nodiscard]] Result<std::vector<Refused>> refusals(const std::string& origin);
  /// A person has looked at them: they stay, and are no alarm any more. Returns how many.
  /// Errors: those of the database.
  [[nodiscard]] Result<std::int64_t> settle(const std::string& origin);

 private:
  [[nodiscard]] Result<std::vector<Refused>> read(Statement& select);

  Database& database_;
  CachedStatement open_refusals_;
};

}  // namespace candor::records
