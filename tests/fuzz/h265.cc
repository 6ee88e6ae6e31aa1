// SPDX-License-Identifier: Apache-2.0
// RTP packets of H.265, from RTP header to access unit.
#include "capture/rtsp/depacketizer.h"
#include "core/assert.h"
#include "tests/fuzz/rtp_feed.h"

namespace candor {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rtsp::SdpTrack track;
  track.codec = Codec::kH265;
  const auto depacketizer = rtsp::make_depacketizer(track, [](const rtsp::AccessUnit& unit) {
    CANDOR_ASSERT(unit.format != nullptr && unit.format->width > 0 && unit.format->height > 0);
    CANDOR_ASSERT(!unit.data.empty() && rtsp::is_whole(unit.data));
    CANDOR_ASSERT(unit.format->codec_config.size() >= 23 && unit.format->codec_config[0] == 1);
  });
  rtsp::feed_packets({data, size}, 90000, *depacketizer);
  return 0;
}

}  // namespace candor
