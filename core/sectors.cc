// SPDX-License-Identifier: Apache-2.0
#include "core/sectors.h"

#include <algorithm>

namespace candor {
namespace {

constexpr std::size_t kSectorBytes = 512;

bool is_lost(ByteView sector, std::size_t bytes_min) {
  return sector.size() >= bytes_min &&
         std::all_of(sector.begin(), sector.end(), [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

bool has_lost_sector(ByteView file, std::size_t begin, std::size_t end,
                     std::size_t last_bytes_min) {
  end = std::min(end, file.size());
  for (std::size_t at = begin / kSectorBytes * kSectorBytes; at < end; at += kSectorBytes) {
    if (is_lost(file.subspan(at, std::min(kSectorBytes, file.size() - at)), last_bytes_min)) {
      return true;
    }
  }
  return false;
}

}  // namespace candor
