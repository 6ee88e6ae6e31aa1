// SPDX-License-Identifier: Apache-2.0
#include "storage/write/log_paths.h"

#include <fmt/format.h>

namespace candor::storage {

std::string tile_number(std::uint64_t number) {
  std::string text = fmt::format("{:03}", number % 1000);
  for (number /= 1000; number > 0; number /= 1000) {
    text = fmt::format("x{:03}/{}", number % 1000, text);
  }
  return text;
}

std::string log_folder(std::string_view room, std::uint32_t epoch) {
  return fmt::format("log/{}/{}", room, epoch);
}

std::string bundle_path(const std::string& folder, std::uint64_t number, bool is_whole) {
  return fmt::format("{}/tile/entries/{}{}", folder, tile_number(number), is_whole ? "" : ".part");
}

}  // namespace candor::storage
