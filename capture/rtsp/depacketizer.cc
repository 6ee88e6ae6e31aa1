// SPDX-License-Identifier: Apache-2.0
#include "capture/rtsp/depacketizer.h"

#include <utility>

namespace candor::rtsp {

std::unique_ptr<Depacketizer> make_depacketizer(const SdpTrack& track,
                                                Depacketizer::Output output) {
  switch (track.codec) {
    case Codec::kH264:
      return make_h264_depacketizer(track, std::move(output));
    case Codec::kH265:
      return make_h265_depacketizer(track, std::move(output));
    case Codec::kAac:
      return make_aac_depacketizer(track, std::move(output));
    case Codec::kOpus:
    case Codec::kAlaw:
    case Codec::kUlaw:
      break;
  }
  return make_packet_audio_depacketizer(track, std::move(output));
}

}  // namespace candor::rtsp
