// SPDX-License-Identifier: Apache-2.0
#include "storage/read/index_version.h"

#include <fmt/format.h>

namespace candor::storage {

Result<void> check_index_version(Database& database) {
  CANDOR_TRY(const std::int64_t application, database.pragma("application_id"));
  CANDOR_TRY(const std::int64_t version, database.pragma("user_version"));
  if (application != kIndexApplicationId || version < kIndexVersion) {
    return fail(ErrorKind::kDataLoss,
                "is no index of this version; 'candor index rebuild' makes it anew");
  }
  if (version > kIndexVersion) {
    return fail(ErrorKind::kUnsupported,
                fmt::format("was written by a newer version (index format {}, this program knows "
                            "{}); use that version or rebuild the index",
                            version, kIndexVersion));
  }
  return {};
}

}  // namespace candor::storage
