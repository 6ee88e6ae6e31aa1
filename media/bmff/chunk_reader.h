// SPDX-License-Identifier: Apache-2.0
// Reads back exactly what chunk_writer writes, and nothing else: for recovery of our own files.
// Foreign files are read by box_reader.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/bytes.h"
#include "core/time.h"

namespace candor::bmff {

/// What stands in a chunk's headers.
struct ReadChunk {
  std::uint32_t sequence = 0;
  std::int64_t decode_time = 0;
  std::int64_t duration = 0;  // Ticks, all samples.
  UtcTime capture;            // From prft, to about a nanosecond.
  bool sync = false;
  std::uint32_t mdat_payload = 0;  // Offset of the first sample.
  std::vector<std::uint32_t> sample_sizes;
  std::size_t bytes = 0;  // prft, moof and mdat together.
};

/// The chunk at the start of `bytes`, if a whole one stands there.
[[nodiscard]] std::optional<ReadChunk> read_chunk(ByteView bytes);

/// Length of the seal box at the start of `bytes`, if a whole one stands there.
[[nodiscard]] std::optional<std::size_t> read_seal(ByteView bytes);

}  // namespace candor::bmff
