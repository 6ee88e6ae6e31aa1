// SPDX-License-Identifier: Apache-2.0
// RTP payloads to access units: H.264 (RFC 6184) and AAC (RFC 3640). Hostile input costs at most
// one access unit.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "capture/rtsp/rtp.h"
#include "capture/rtsp/sdp.h"
#include "core/media.h"

namespace candor::rtsp {

/// An access unit on its way to becoming a Sample.
struct AccessUnit {
  MediaFormatPtr format;
  Bytes data;
  std::uint32_t timestamp = 0;  // RTP.
  bool sync = false;
  std::uint32_t lost_packets = 0;
};

/// One track's payloads in order of arrival. One thread: the source's.
class Depacketizer {
 public:
  using Output = std::function<void(AccessUnit)>;
  virtual ~Depacketizer() = default;
  /// `lost` packets are missing before this one.
  virtual void push(const RtpPacket& packet, std::uint32_t lost) = 0;
};

/// Keeps every NAL unit but access unit delimiters, each with a 4-byte length. An access unit with
/// a lost packet is left out and counted on the next one.
[[nodiscard]] std::unique_ptr<Depacketizer> make_h264_depacketizer(const SdpTrack& track,
                                                                   Depacketizer::Output output);

/// AAC-hbr with several frames in a packet. Frames over several packets are put together.
[[nodiscard]] std::unique_ptr<Depacketizer> make_aac_depacketizer(const SdpTrack& track,
                                                                  Depacketizer::Output output);

/// What an AudioSpecificConfig says. None when malformed. Source: ISO/IEC 14496-3, 1.6.2.1.
struct AacConfig {
  std::uint32_t sample_rate = 0;
  std::uint32_t channels = 0;
};
[[nodiscard]] std::optional<AacConfig> parse_aac_config(ByteView config);

}  // namespace candor::rtsp
