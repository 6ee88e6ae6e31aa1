// SPDX-License-Identifier: Apache-2.0
// Which units answer a range of a stream, and on which timeline (docs/design/retrieval.md). Only
// the index is asked; no media file is touched.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/result.h"
#include "core/time.h"
#include "evidence/digest.h"
#include "storage/read/catalogue.h"

namespace candor::retrieve {

/// A range of one stream as it is asked for.
struct RangeRequest {
  Uuid stream;
  std::optional<Uuid> session{};  // Only what was recorded in it.
  UtcTime from;
  UtcTime to;
  bool starts_with_media = false;  // Time zero is the first instant recorded, not `from`.
  bool is_original = false;        // Recorded bytes as they are: no new timeline, no index box.
};

/// The longest range that is answered; longer ones are asked for in pieces.
inline constexpr std::chrono::nanoseconds kRangeMax = std::chrono::hours(24);

/// One unit to be sent.
struct PlannedUnit {
  std::uint32_t file = 0;    // Number in RangePlan::files.
  std::uint64_t offset = 0;  // In that file.
  std::uint64_t bytes = 0;
  std::int64_t decode_time = 0;  // Ticks since 1970 UTC.
  std::int64_t duration = 0;     // Ticks.
  bool is_sync = false;
};

/// Immutable once made.
struct RangePlan {
  Uuid stream;
  evidence::Digest init_digest{};
  std::uint64_t init_bytes = 0;  // At the start of files[0].
  std::uint32_t timescale = 0;
  std::vector<std::string> files;  // From the volume's root.
  std::vector<PlannedUnit> units;  // At least one.
  std::int64_t base = 0;           // Ticks since 1970 that are taken off every decode time.
  std::int64_t media_time = 0;     // Where the asked instant stands after that: what is hidden.
  UtcTime covered_from;
  UtcTime covered_to;

  /// End of the last unit, ticks after base.
  [[nodiscard]] std::int64_t end() const {
    return units.back().decode_time + units.back().duration - base;
  }
};

/// The range begins with the unit at or before `from` that starts with a key frame, and ends with
/// the unit that covers `to`, with what is recorded now, or where the format changes.
///
/// Thread: the catalogue's. Errors: kNotFound  nothing is recorded there; kInvalidArgument  `to` is
/// not after `from`, or more than kRangeMax; those of the catalogue.
[[nodiscard]] Result<RangePlan> plan_range(storage::Catalogue& catalogue,
                                           const RangeRequest& request);

}  // namespace candor::retrieve
