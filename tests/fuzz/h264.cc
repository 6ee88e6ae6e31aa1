// SPDX-License-Identifier: Apache-2.0
// RTP packets of H.264, from RTP header to access unit.
#include "capture/rtsp/depacketizer.h"
#include "core/assert.h"
#include "core/big_endian.h"
#include "tests/fuzz/rtp_feed.h"

namespace candor {
namespace {

// The parameter sets in avcC are as long as it says: what libavformat is given must be sound.
bool is_sound_avcc(ByteView avcc) {
  if (avcc.size() < 8) {
    return false;
  }
  const std::size_t sps = get_be<std::uint16_t>(&avcc[6]);
  if (avcc.size() < 8 + sps + 3) {
    return false;
  }
  const std::size_t pps = get_be<std::uint16_t>(&avcc[8 + sps + 1]);
  const std::size_t end = 8 + sps + 3 + pps;
  return avcc[8 + sps] == 1 && (avcc.size() == end || avcc.size() == end + 4);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto depacketizer = rtsp::make_h264_depacketizer({}, [](const rtsp::AccessUnit& unit) {
    CANDOR_ASSERT(unit.format != nullptr && unit.format->width > 0 && unit.format->height > 0);
    CANDOR_ASSERT(!unit.data.empty() && rtsp::is_whole(unit.data));
    CANDOR_ASSERT(is_sound_avcc(unit.format->codec_config));
  });
  rtsp::feed_packets({data, size}, 90000, *depacketizer);
  return 0;
}

}  // namespace candor
