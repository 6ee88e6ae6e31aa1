// SPDX-License-Identifier: Apache-2.0
// An H.264 sequence parameter set: its picture size and its avcC.
#include "capture/rtsp/sps.h"

#include "core/assert.h"

namespace candor {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView sps(data, size);
  if (const auto picture = rtsp::picture_size(sps); picture.has_value()) {
    CANDOR_ASSERT(picture->width > 0 && picture->width <= 16384);
    CANDOR_ASSERT(picture->height > 0 && picture->height <= 2 * 16384);
    static_cast<void>(rtsp::make_avcc(sps, sps));
  }
  return 0;
}

}  // namespace candor
