// SPDX-License-Identifier: Apache-2.0
// A room's log on several volumes: which one is furthest, and how the others are brought up to it.
// Nothing that differs is deleted: it goes to quarantine.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"
#include "core/time.h"
#include "storage/write/volume.h"

namespace candor::storage {

/// How far a log reaches: 256 entries a whole bundle, then some bytes of the growing one.
struct LogExtent {
  std::uint64_t whole_bundles = 0;
  std::uint64_t part_bytes = 0;  // Of whole entries.
  friend auto operator<=>(const LogExtent&, const LogExtent&) = default;
};

/// How far the log in `folder` reaches; nothing is checked but the frames of the last bundle.
/// Errors: errno kinds.
[[nodiscard]] Result<LogExtent> extent_of(FileSystem& files, const std::string& folder);

/// Makes the log on `to` what it is on `from` up to `extent`, durably. Returns whether something on
/// `to` was no beginning of it: a fork. The bundles before its last two are compared by size only.
///
/// Thread: the one that writes to `to`. Errors: errno kinds of either; those of sync_folder.
[[nodiscard]] Result<bool> copy_log(const Volume& from, const Volume& to, const std::string& folder,
                                    const LogExtent& extent, UtcTime now);

}  // namespace candor::storage
