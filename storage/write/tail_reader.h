// SPDX-License-Identifier: Apache-2.0
// Reads what a crash left at the end of a segment: whole chunks without a log entry, and torn
// bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "evidence/bodies.h"
#include "evidence/entry.h"
#include "storage/write/files/file_system.h"

namespace candor::storage {

/// A unit found in the file, with both digests computed from its bytes; flag kRecoveredAfterCrash
/// is set.
struct TailUnit {
  evidence::MediaBody body;
  std::uint64_t offset = 0;  // Of its first chunk, from the start of the file.
};

struct Tail {
  std::vector<TailUnit> units;
  std::uint64_t whole_bytes = 0;  // The file up to the end of its last whole chunk or seal.
  std::uint64_t torn_bytes = 0;   // What follows.
};

/// `logged_bytes` of chunks, after the init segment, have entries already; what comes after them is
/// returned in units of at most one second that start at key frames where there are any. It is
/// durable: after a kill alone it stood in the kernel's memory only. A chunk of which a power cut
/// left out a sector is torn, with all that follows.
///
/// Thread: the volume's writer. Errors: kNotFound, kDataLoss (the file is shorter than the log
/// says), errno kinds.
[[nodiscard]] Result<Tail> read_tail(FileSystem& files, const std::string& path,
                                     const evidence::InitBody& segment, std::uint64_t logged_bytes);

}  // namespace candor::storage
