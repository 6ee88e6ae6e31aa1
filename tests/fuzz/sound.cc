// SPDX-License-Identifier: Apache-2.0
// RTP packets of Opus and G.711: the first byte says which.
#include <array>

#include "capture/rtsp/depacketizer.h"
#include "core/assert.h"
#include "tests/fuzz/rtp_feed.h"

namespace candor {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array<Codec, 3> kCodecs = {Codec::kOpus, Codec::kAlaw, Codec::kUlaw};
  if (size == 0) {
    return 0;
  }
  rtsp::SdpTrack track;
  track.codec = kCodecs.at(data[0] % kCodecs.size());
  track.clock_rate = track.codec == Codec::kOpus ? 48000 : 8000;
  track.channels = 1 + data[0] / 128;
  const auto depacketizer = rtsp::make_depacketizer(track, [](const rtsp::AccessUnit& unit) {
    CANDOR_ASSERT(unit.format != nullptr && unit.sync && !unit.data.empty());
  });
  rtsp::feed_packets(ByteView{data, size}.subspan(1), track.clock_rate, *depacketizer);
  return 0;
}

}  // namespace candor
