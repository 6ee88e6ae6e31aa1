// SPDX-License-Identifier: Apache-2.0
// Which units of an answer become one fragment: what a player loads at once when it seeks.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "retrieve/range_plan.h"

namespace candor::retrieve {

/// Consecutive units that are answered as one moof and one mdat.
struct UnitGroup {
  std::size_t first = 0;  // Number in RangePlan::units.
  std::size_t count = 0;
  std::uint64_t bytes = 0;
  std::int64_t start = 0;  // Ticks after RangePlan::base.
  bool is_sync = false;    // It starts with a key frame.
};

/// A group goes on over further key frames until it is so long: sound, and pictures of key frames
/// only, would be fragments of a few frames else. 24 hours of such groups fit in a sidx.
inline constexpr std::chrono::milliseconds kGroupMin{1500};
/// A group ends here at the latest, key frame or not: it is held in memory whole.
inline constexpr std::chrono::seconds kGroupMax{60};
inline constexpr std::uint64_t kGroupBytesMax = std::uint64_t{64} << 20;

/// All units of `plan` in groups of at least one unit. A group begins at the first key frame that
/// is kGroupMin or more after the beginning of the one before. Hence the same units always give the
/// same groups, and more units behind them change only the last.
[[nodiscard]] std::vector<UnitGroup> group_units(const RangePlan& plan);

}  // namespace candor::retrieve
