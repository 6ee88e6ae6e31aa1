// SPDX-License-Identifier: Apache-2.0
// What a crash left in a file of ours: chunks and seals are found, or the rest is torn.
#include "core/assert.h"
#include "media/bmff/chunk_reader.h"

namespace candor {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView rest{data, size};
  while (!rest.empty()) {
    if (const auto seal = bmff::read_seal(rest); seal.has_value()) {
      CANDOR_ASSERT(*seal > 0 && *seal <= rest.size());
      rest = rest.subspan(*seal);
      continue;
    }
    const auto chunk = bmff::read_chunk(rest);
    if (!chunk.has_value()) {
      break;
    }
    std::size_t end = chunk->mdat_payload;
    for (const std::uint32_t sample : chunk->sample_sizes) {
      end += sample;
    }
    CANDOR_ASSERT(end == chunk->bytes && chunk->bytes <= rest.size());
    CANDOR_ASSERT(chunk->decode_time >= 0 && chunk->decode_time + chunk->duration >= 0);
    rest = rest.subspan(chunk->bytes);
  }
  return 0;
}

}  // namespace candor
