// SPDX-License-Identifier: Apache-2.0
// Reads one unit's chunks from its media file, without the seal boxes between them, and moves them
// to the answer's timeline.
#pragma once

#include "core/bytes.h"
#include "core/result.h"
#include "media/bmff/box_reader.h"
#include "retrieve/range_plan.h"

namespace candor::retrieve {

/// The bytes of the unit's chunks, exactly `unit.bytes` of them. With `base` 0 they are those that
/// the unit's digest is over; else base is taken off each tfdt (and prft), in place.
///
/// Thread: that of `file`. Errors: kDataLoss  the file does not hold the unit as the index says;
/// kUnsupported  a tfdt of 32 bits; kResourceExhausted  a unit above 256 MiB; errno kinds.
[[nodiscard]] Result<Bytes> read_unit(const bmff::BoxFile& file, const PlannedUnit& unit,
                                      std::int64_t base);

}  // namespace candor::retrieve
