// SPDX-License-Identifier: Apache-2.0
// The sidx of an answer: it lets a player seek without reading what lies between.
#pragma once

#include <vector>

#include "core/bytes.h"
#include "retrieve/range_plan.h"
#include "retrieve/unit_groups.h"

namespace candor::retrieve {

/// One reference for each group; gaps belong to the reference before them. Empty when players must
/// not rely on it: a gap is longer than a sidx can say (2^32 ticks, 13 hours), or a group does not
/// start with a key frame because the one before it grew too long.
///
/// Source: ISO/IEC 14496-12, 8.16.3.
[[nodiscard]] Bytes write_segment_index(const RangePlan& plan,
                                        const std::vector<UnitGroup>& groups);

}  // namespace candor::retrieve
