// SPDX-License-Identifier: Apache-2.0
// Files that a power cut left without an entry: begun, and the log does not know them.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"
#include "core/time.h"
#include "storage/write/volume.h"

namespace candor::storage {

/// What no entry tells of begins at `next_segment`.
struct UnownedFrom {
  std::string room;
  std::string stream;  // Its name.
  std::uint64_t next_segment = 0;
};

/// Moves the files of a stream that the log does not know and that hold no whole chunk to
/// quarantine: an INIT entry is durable before the first chunk, so a crash leaves no others. A file
/// with a chunk stays where it is, whoever wrote it. Looks at the two newest days. Returns how many
/// it moved.
///
/// Thread: the recorder's, at a start. Errors: errno kinds.
[[nodiscard]] Result<std::size_t> quarantine_unowned(const Volume& volume, const UnownedFrom& from,
                                                     UtcTime now);

}  // namespace candor::storage
