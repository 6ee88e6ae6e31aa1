// SPDX-License-Identifier: Apache-2.0
// Copies one closed segment from a volume to another, so that it is there whole or not at all.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"
#include "core/time.h"
#include "evidence/digest.h"
#include "storage/write/copies/segment_entries.h"
#include "storage/write/volume.h"

namespace candor::storage {

/// A copy as its disk holds it. Two may both be what the log says and not be the same: seals are
/// not compared with it.
struct SettledCopy {
  std::uint64_t bytes = 0;
  evidence::Digest digest{};  // Of the whole file.

  friend bool operator==(const SettledCopy&, const SettledCopy&) = default;
};

/// Makes sure of what stands in its place: synced, read anew from the disk and compared with the
/// log. Torn bytes behind its last whole box go to quarantine: a volume that failed lost the last
/// seal.
///
/// Thread: as below; nobody writes to the file. Errors: kDataLoss when it is not what the log says;
/// errno kinds.
[[nodiscard]] Result<SettledCopy> settle_segment(const Volume& volume, const std::string& path,
                                                 const SegmentEntries& entries, UtcTime now);

/// Writes it beside its place, syncs it, reads it back from the disk, compares every unit with the
/// log, and only then gives it its name. What stood there and is not its beginning goes to
/// quarantine. Returns its bytes.
///
/// Thread: any, one for each path. Errors: kDataLoss when either side does not hold what the log
/// says; errno kinds.
[[nodiscard]] Result<std::uint64_t> copy_segment(const Volume& from, const Volume& to,
                                                 const std::string& path,
                                                 const SegmentEntries& entries, UtcTime now);

}  // namespace candor::storage
