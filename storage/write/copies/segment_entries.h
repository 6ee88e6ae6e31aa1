// SPDX-License-Identifier: Apache-2.0
// What a room's log says of one segment, and whether a file holds it: every unit by its digest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "evidence/bodies.h"
#include "evidence/entry.h"
#include "storage/write/index_log.h"

namespace candor::storage {

struct SegmentEntries {
  evidence::InitBody init;
  std::vector<evidence::MediaBody> units;
};

/// Reads the entries of the segment whose INIT entry has this index, up to the stream's next one.
/// Errors: kDataLoss when that entry is no INIT; those of read_log.
[[nodiscard]] Result<SegmentEntries> read_segment_entries(const LogPlace& log,
                                                          std::uint64_t init_entry);

/// Whether the file holds the init segment and all units. Reads it once, one chunk in memory.
/// Errors: kNotFound; kDataLoss naming what is missing or otherwise; errno kinds.
[[nodiscard]] Result<void> check_segment(const std::string& path, const SegmentEntries& entries);

}  // namespace candor::storage
