// SPDX-License-Identifier: Apache-2.0
// Opens the index for writing and holds its tables (docs/design/index.md). Rows are written by
// index_fold and index_segments.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"
#include "storage/read/sqlite.h"

namespace candor::storage {

/// Opens or makes the index at `path`: WAL, synchronous=FULL.
/// Errors: kUnsupported for a newer version, kDataLoss when it is another database; untouched then.
[[nodiscard]] Result<Database> open_index_database(const std::string& path);

}  // namespace candor::storage
