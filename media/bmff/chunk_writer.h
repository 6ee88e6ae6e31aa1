// SPDX-License-Identifier: Apache-2.0
// Writes the boxes of one chunk (prft, moof, mdat), the head of a longer fragment and the seal box.
// Which samples belong together is decided in media/fragment and in retrieve.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/bytes.h"
#include "core/time.h"
#include "media/bmff/box_reader.h"

namespace candor::bmff {

/// One sample of a chunk: its bytes and what trun says of it.
struct ChunkSample {
  ByteView data;
  std::uint32_t duration = 0;           // Ticks.
  std::int32_t composition_offset = 0;  // Ticks.
  bool sync = false;
};

/// What the chunk's headers say besides the samples.
struct ChunkHeader {
  std::uint32_t sequence = 0;    // mfhd sequence number.
  std::int64_t decode_time = 0;  // tfdt (version 1), ticks since 1970 UTC.
  UtcTime capture;               // prft: the first sample's wall clock.
};

struct WrittenChunk {
  Bytes bytes;                     // prft, moof, mdat.
  std::uint32_t mdat_payload = 0;  // Offset of the first sample in `bytes`.
};

/// Writes a chunk of track 1 with default-base-is-moof, so that chunks can be put one after another
/// anywhere.
///
/// Shape:  1 to 64 samples, each below 64 MiB.
/// Thread: any.
/// Source: ISO/IEC 14496-12, 8.8 (movie fragments) and 8.16.5 (prft).
[[nodiscard]] WrittenChunk write_chunk(const ChunkHeader& header,
                                       std::span<const ChunkSample> samples);

/// Where a fragment stands: mfhd's sequence number, tfdt in ticks.
struct FragmentHeader {
  std::uint32_t sequence = 0;
  std::int64_t decode_time = 0;
};

/// The bytes of a moof of track 1 with so many samples.
[[nodiscard]] std::uint64_t moof_bytes(std::size_t samples);

/// What stands before the samples' bytes in a fragment of any length: a moof with one trun, a free
/// box of `free_bytes`, the header of the mdat.
///
/// Shape: `free_bytes` is 0 (no such box) or at least 8; all sizes fit in 31 bits.
[[nodiscard]] Bytes write_fragment_head(const FragmentHeader& header,
                                        std::span<const FragmentSample> samples,
                                        std::uint32_t free_bytes);

/// The project's box type for seals (docs/design/storage.md, "Seal box").
inline constexpr std::array<std::uint8_t, 16> kSealUuid = {
    0xc4, 0xd0, 0xa9, 0xe2, 0x7b, 0x1f, 0x4c, 0x63, 0x9e, 0x58, 0x3a, 0x6f, 0x0d, 0x21, 0xb7, 0xce};
inline constexpr std::size_t kSealOverheadBytes = 28;

/// A seal box around the exact bytes of a log entry.
[[nodiscard]] Bytes write_seal(ByteView entry);

}  // namespace candor::bmff
