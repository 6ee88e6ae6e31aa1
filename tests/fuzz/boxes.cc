// SPDX-License-Identifier: Apache-2.0
// ISO BMFF boxes from a file that anybody may have written, and the tail of our own after a crash.
#include "core/assert.h"
#include "media/bmff/box_reader.h"
#include "media/bmff/chunk_reader.h"

namespace candor {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  bmff::BoxReader reader(bytes);
  std::uint64_t end = 0;
  while (true) {
    const auto box = reader.next();
    if (!box.has_value() || !box->has_value()) {
      break;
    }
    CANDOR_ASSERT((*box)->offset == end && (*box)->end() <= size);
    CANDOR_ASSERT((*box)->header_bytes <= (*box)->size);
    end = (*box)->end();
    if ((*box)->type == bmff::fourcc("moof")) {
      if (const auto moof = bmff::parse_moof(reader.whole(**box)); moof.has_value()) {
        CANDOR_ASSERT(moof->samples.size() <= bmff::kSamplesMax);
        static_cast<void>(moof->duration() + moof->sample_bytes());
      }
    }
  }
  if (const auto chunk = bmff::read_chunk(bytes); chunk.has_value()) {
    CANDOR_ASSERT(chunk->bytes > 0 && chunk->bytes <= size && chunk->mdat_payload <= chunk->bytes);
  }
  if (const auto seal = bmff::read_seal(bytes); seal.has_value()) {
    CANDOR_ASSERT(*seal > 0 && *seal <= size);
  }
  return 0;
}

}  // namespace candor
