// SPDX-License-Identifier: Apache-2.0
// What the parameter sets of H.264 and H.265 say, and the decoder configuration records made of
// them.
#pragma once

#include <cstdint>
#include <optional>

#include "core/bytes.h"

namespace candor::rtsp {

inline constexpr std::uint32_t kReorderFramesMax = 16;

struct SequenceFacts {
  std::uint32_t width = 0;  // Pixels, cropping applied.
  std::uint32_t height = 0;
  // Frames that may be decoded before one that is shown earlier; none when the set does not say.
  std::optional<std::uint32_t> reorder_frames{};
};

/// None when the set is malformed. Source: ITU-T H.264, 7.3.2.1.1.
[[nodiscard]] std::optional<SequenceFacts> read_h264_sequence(ByteView sps);
/// None when the set is malformed. Source: ITU-T H.265, 7.3.2.2.1.
[[nodiscard]] std::optional<SequenceFacts> read_h265_sequence(ByteView sps);

/// ISO/IEC 14496-15, 5.3.3.1, with one set of each kind. Both are whole NAL units.
[[nodiscard]] Bytes make_avcc(ByteView sps, ByteView pps);
/// ISO/IEC 14496-15, 8.3.3.1, with one set of each kind; `sps` is one that read_h265_sequence()
/// takes.
[[nodiscard]] Bytes make_hvcc(ByteView vps, ByteView sps, ByteView pps);

}  // namespace candor::rtsp
