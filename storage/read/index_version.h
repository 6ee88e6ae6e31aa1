// SPDX-License-Identifier: Apache-2.0
// Which index is ours: SQLite's application id and user version, as writer and readers check them.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"
#include "storage/read/sqlite.h"

namespace candor::storage {

inline constexpr std::int64_t kIndexApplicationId = 0x43414E44;  // "CAND"
inline constexpr std::int64_t kIndexVersion = 1;

/// The same for a database of any application. Errors: as check_index_version.
[[nodiscard]] Result<void> check_version(Database& database, std::int64_t application_id,
                                         std::int64_t version);

/// Errors: kUnsupported  made by a newer version;
///         kDataLoss     no index of ours, or one of an older form: rebuild it.
[[nodiscard]] Result<void> check_index_version(Database& database);

}  // namespace candor::storage
