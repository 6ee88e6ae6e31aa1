// SPDX-License-Identifier: Apache-2.0
#include "storage/write/log_paths.h"

#include <fmt/format.h>

#include "evidence/tiles.h"

namespace candor::storage {

std::string log_folder(std::string_view room, std::uint32_t epoch) {
  return fmt::format("log/{}/{}", room, epoch);
}

std::string bundle_path(const std::string& folder, std::uint64_t number, bool is_whole) {
  return fmt::format("{}/tile/entries/{}{}", folder, evidence::tile_number(number),
                     is_whole ? "" : ".part");
}

}  // namespace candor::storage
