// SPDX-License-Identifier: Apache-2.0
// Brings an index up to the logs of a host, or makes it anew from logs and media files alone.
// Reads the volumes, never writes to them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "storage/write/index_writer.h"

namespace candor::storage {

/// A media file that does not hold what the log says; its missing units are not in the index.
struct MediaProblem {
  std::string path;  // From a volume's root.
  std::string what;
  std::uint64_t units_missing = 0;
};

struct RebuildReport {
  std::uint64_t logs = 0;
  std::uint64_t entries = 0;   // Read from the logs.
  std::uint64_t segments = 0;  // Media files looked at.
  std::uint64_t units = 0;     // Placed in them.
  std::vector<MediaProblem> problems;
};

/// Makes the index anew beside `index_path`, then renames it over the old one.
///
/// Thread: any; nobody else may have the index open for writing.
/// Errors: kDataLoss  a log that cannot be read to its end (the sentence names bundle and entry);
///                    the old index stays. errno and SQLite kinds.
[[nodiscard]] Result<RebuildReport> rebuild_index(const std::vector<std::string>& volume_roots,
                                                  const std::string& index_path);

/// Applies what the logs hold beyond the index: after a start, or when an update was lost. Entries
/// that come to the writer a second time afterwards are passed over by it.
///
/// Thread: the index writer's. Errors: kDataLoss when the index holds what the log does not:
/// rebuild; else as rebuild_index.
[[nodiscard]] Result<RebuildReport> catch_up_index(const std::vector<std::string>& volume_roots,
                                                   IndexWriter& index);

}  // namespace candor::storage
