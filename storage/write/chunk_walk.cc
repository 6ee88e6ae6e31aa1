// SPDX-License-Identifier: Apache-2.0
#include "storage/write/chunk_walk.h"

namespace candor::storage {

Result<std::optional<ChunkPlace>> next_chunk(bmff::BoxFile& file) {
  std::optional<bmff::Box> first;
  ChunkPlace chunk;
  while (true) {
    CANDOR_TRY(const std::optional<bmff::Box> box, file.next());
    if (!box.has_value()) {
      return std::optional<ChunkPlace>();
    }
    if (box->type == bmff::fourcc("prft")) {
      first = box;
    } else if (box->type == bmff::fourcc("moof")) {
      CANDOR_TRY(const Bytes bytes, file.read(*box, bmff::kMoofBytesMax));
      CANDOR_TRY(const bmff::MovieFragment fragment, bmff::parse_moof(bytes));
      chunk.offset = first.value_or(*box).offset;
      chunk.decode_time = fragment.decode_time;
      first = box;
    } else if (box->type == bmff::fourcc("mdat") && first.has_value()) {
      chunk.bytes = box->end() - chunk.offset;
      return std::optional<ChunkPlace>(chunk);
    } else {
      first.reset();
    }
  }
}

}  // namespace candor::storage
