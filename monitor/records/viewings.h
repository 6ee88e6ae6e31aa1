// SPDX-License-Identifier: Apache-2.0
// Who looked at what, when and why: asked once for each login and target, kept for ever.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "monitor/records/database.h"
#include "monitor/records/logins.h"

namespace candor::records {

enum class ViewingKind : std::uint8_t { kRoom, kSession };
enum class ViewingReason : std::uint8_t {
  kSupervision,
  kInvestigation,
  kReview,
  kDefence,
  kTechnical
};

[[nodiscard]] std::string_view to_string(ViewingKind kind);
[[nodiscard]] std::string_view to_string(ViewingReason reason);
/// Errors: kInvalidArgument, naming the reasons there are.
[[nodiscard]] Result<ViewingReason> parse_viewing_reason(std::string_view text);

inline constexpr std::size_t kViewingNoteBytesMax = 500;
inline constexpr std::size_t kViewingTargetBytesMax = 64;  // A room's name or a session's UUID.

struct ViewingTarget {
  ViewingKind kind = ViewingKind::kRoom;
  std::string name;  // Room, or session id.
};

struct Viewing {
  std::int64_t id = 0;
  std::int64_t login = 0;
  std::string account;
  ViewingTarget target;
  ViewingReason reason = ViewingReason::kSupervision;
  std::string note;
  UtcTime at;
};

struct ViewingRequest {
  ViewingTarget target;
  ViewingReason reason = ViewingReason::kSupervision;
  std::string note;  // At most 500 bytes; may be empty.
};

/// One thread at a time; the database outlives it.
class Viewings {
 public:
  explicit Viewings(Database& database) : database_(database) {}

  /// The new viewing's id. Errors: kInvalidArgument  note or target too long, target empty; those
  /// of the database.
  [[nodiscard]] Result<std::int64_t> add(const Login& login, const ViewingRequest& request,
                                         UtcTime now);

  /// True when this login has stated a reason for this target. Errors: those of the database.
  [[nodiscard]] Result<bool> granted(const Login& login, const ViewingTarget& target);

  /// The latest, newest first. Errors: those of the database.
  [[nodiscard]] Result<std::vector<Viewing>> latest(std::int64_t limit);

 private:
  Database& database_;
};

}  // namespace candor::records
