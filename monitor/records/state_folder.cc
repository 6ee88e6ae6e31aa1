// SPDX-License-Identifier: Apache-2.0
#include "monitor/records/state_folder.h"

#include <filesystem>
#include <system_error>

namespace candor::records {

Result<void> make_state_folder(const std::string& path) {
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (!code) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, code);
  }
  if (code) {
    return fail(error_from_errno(code.value(), path));
  }
  return {};
}

}  // namespace candor::records
