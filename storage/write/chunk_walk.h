// SPDX-License-Identifier: Apache-2.0
// Steps through the chunks of a media file, over the seals between them.
#pragma once

#include <cstdint>
#include <optional>

#include "core/result.h"
#include "media/bmff/box_reader.h"

namespace candor::storage {

struct ChunkPlace {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint64_t decode_time = 0;
};

/// The next [prft] moof mdat; none at the end. Errors: those of BoxFile and parse_moof.
[[nodiscard]] Result<std::optional<ChunkPlace>> next_chunk(bmff::BoxFile& file);

}  // namespace candor::storage
