// SPDX-License-Identifier: Apache-2.0
// Finds the logs of a volume and reads their entries bundle by bundle, for the index. The recorder
// reads its own log in room_log.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/result.h"
#include "evidence/entry.h"

namespace candor::storage {

/// One room's log of one epoch.
struct LogPlace {
  std::string room;
  std::uint32_t epoch = 0;
  std::string folder;  // Absolute.
  evidence::LogId log_id{};
};

/// All logs, by room and epoch, each on the volume where it reaches furthest. A volume that cannot
/// be read is passed over as long as there is another one. Errors: kNotFound without a log folder;
/// errno kinds.
[[nodiscard]] Result<std::vector<LogPlace>> find_logs(const std::vector<std::string>& volume_roots);

/// Gives every whole entry from bundle `first_bundle` on to `each`, with its bundle's path in
/// errors; a torn last entry is left out, as a start of the recorder will quarantine it.
///
/// Errors: kDataLoss for a damaged bundle; those of `each`.
[[nodiscard]] Result<void> read_log(
    const LogPlace& log, std::uint64_t first_bundle,
    const std::function<Result<void>(const std::vector<ByteView>& entries)>& each);

}  // namespace candor::storage
