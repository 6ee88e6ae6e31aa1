// SPDX-License-Identifier: Apache-2.0
#include "storage/read/index_version.h"

#include <fmt/format.h>

namespace candor::storage {

Result<void> check_version(Database& database, std::int64_t application_id, std::int64_t version) {
  CANDOR_TRY(const std::int64_t found_id, database.pragma("application_id"));
  CANDOR_TRY(const std::int64_t found, database.pragma("user_version"));
  if (found_id != application_id || found < version) {
    return fail(ErrorKind::kDataLoss,
                "is no index of this version; 'candor index rebuild' makes it anew");
  }
  if (found > version) {
    return fail(ErrorKind::kUnsupported,
                fmt::format("was written by a newer version (index format {}, this program knows "
                            "{}); use that version or rebuild the index",
                            found, version));
  }
  return {};
}

Result<void> check_index_version(Database& database) {
  return check_version(database, kIndexApplicationId, kIndexVersion);
}

}  // namespace candor::storage
