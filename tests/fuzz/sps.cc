// SPDX-License-Identifier: Apache-2.0
// Sequence parameter sets of H.264 and H.265: picture size, avcC and hvcC.
#include "capture/rtsp/sequence_facts.h"
#include "core/assert.h"

namespace candor {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView sps(data, size);
  if (const auto picture = rtsp::read_h265_sequence(sps); picture.has_value()) {
    CANDOR_ASSERT(picture->width > 0 && picture->width <= 16384 && picture->height <= 16384);
    static_cast<void>(rtsp::make_hvcc(sps, sps, sps));
  }
  if (const auto picture = rtsp::read_h264_sequence(sps); picture.has_value()) {
    CANDOR_ASSERT(picture->width > 0 && picture->width <= 16384);
    CANDOR_ASSERT(picture->height > 0 && picture->height <= 2 * 16384);
    static_cast<void>(rtsp::make_avcc(sps, sps));
  }
  return 0;
}

}  // namespace candor
