// SPDX-License-Identifier: Apache-2.0
// Opens databases for writing and holds the tables of the index (docs/design/index.md), whose rows
// are written by index_fold and index_segments.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"
#include "storage/read/sqlite.h"

namespace candor::storage {

struct DatabaseForm {
  std::int64_t application_id = 0;
  std::int64_t version = 0;
  const char* schema = "";
};

/// Opens or makes a database of this form at `path`: WAL, synchronous=FULL.
/// Errors: kUnsupported for a newer version, kDataLoss when it is another database or an older
/// version; untouched then.
[[nodiscard]] Result<Database> open_database_for_writing(const std::string& path,
                                                         const DatabaseForm& form);

/// Opens or makes the index at `path`: WAL, synchronous=FULL.
/// Errors: kUnsupported for a newer version, kDataLoss when it is another database; untouched then.
[[nodiscard]] Result<Database> open_index_database(const std::string& path);

}  // namespace candor::storage
