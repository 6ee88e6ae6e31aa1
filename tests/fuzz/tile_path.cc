// SPDX-License-Identifier: Apache-2.0
// Paths of tiles, as a reader asks for them.
#include "core/assert.h"
#include "evidence/tiles.h"

namespace candor {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view path = as_text({data, size});
  if (const auto tile = evidence::parse_tile_path(path); tile.has_value()) {
    CANDOR_ASSERT(evidence::tile_path(*tile) == path);
  }
  return 0;
}

}  // namespace candor
