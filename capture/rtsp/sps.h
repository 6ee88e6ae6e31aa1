// SPDX-License-Identifier: Apache-2.0
// The picture size in an H.264 sequence parameter set, and avcC made of parameter sets.
#pragma once

#include <cstdint>
#include <optional>

#include "core/bytes.h"

namespace candor::rtsp {

struct PictureSize {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

/// Cropping applied. None when the set is malformed. Source: ITU-T H.264, 7.3.2.1.1.
[[nodiscard]] std::optional<PictureSize> picture_size(ByteView sps);

/// ISO/IEC 14496-15, 5.3.3.1, with one set of each kind. Both are whole NAL units.
[[nodiscard]] Bytes make_avcc(ByteView sps, ByteView pps);

}  // namespace candor::rtsp
