// SPDX-License-Identifier: Apache-2.0
// Reads one unit's chunks from its media file, without the seal boxes between them.
#pragma once

#include "core/bytes.h"
#include "core/result.h"
#include "media/bmff/box_reader.h"
#include "retrieve/range_plan.h"

namespace candor::retrieve {

/// Appends to `out` the bytes of the unit's chunks, exactly `unit.bytes` of them: those that the
/// unit's digest is over.
///
/// Thread: that of `file`. Errors: kDataLoss  the file does not hold the unit as the index says;
/// kResourceExhausted  a unit above 256 MiB; errno kinds.
[[nodiscard]] Result<void> read_unit(const bmff::BoxFile& file, const PlannedUnit& unit,
                                     Bytes& out);

}  // namespace candor::retrieve
