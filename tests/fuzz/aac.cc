// SPDX-License-Identifier: Apache-2.0
// RTP packets of AAC; the first four bytes say how the session description announced them.
#include "capture/rtsp/depacketizer.h"
#include "core/assert.h"
#include "tests/fuzz/rtp_feed.h"

namespace candor {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kHead = 4;
  constexpr std::size_t kFrameBytesMax = std::size_t{1} << 16;
  if (size < kHead) {
    return 0;
  }
  rtsp::SdpTrack track;
  track.codec = Codec::kAac;
  track.clock_rate = 48000;
  track.audio_config = {data[0], data[1]};
  track.size_length = 1 + data[2] % 16;  // The ranges that parse_sdp lets through.
  track.index_length = data[3] % 17;
  const auto depacketizer = rtsp::make_aac_depacketizer(track, [](const rtsp::AccessUnit& unit) {
    CANDOR_ASSERT(unit.format != nullptr && unit.format->sample_rate > 0);
    CANDOR_ASSERT(!unit.data.empty() && unit.data.size() < kFrameBytesMax);
  });
  rtsp::feed_packets({data + kHead, size - kHead}, track.clock_rate, *depacketizer);
  return 0;
}

}  // namespace candor
