// SPDX-License-Identifier: Apache-2.0
// The sidx of an answer: it lets a player seek without reading what lies between.
#pragma once

#include "core/bytes.h"
#include "retrieve/range_plan.h"

namespace candor::retrieve {

/// One reference for each key frame unit and what follows it up to the next; gaps belong to the
/// reference before them. Empty when a gap is longer than a sidx can say (2^32 ticks, 13 hours).
///
/// Source: ISO/IEC 14496-12, 8.16.3.
[[nodiscard]] Bytes write_segment_index(const RangePlan& plan);

}  // namespace candor::retrieve
