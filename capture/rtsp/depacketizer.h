// SPDX-License-Identifier: Apache-2.0
// RTP payloads to access units: H.264 (RFC 6184), H.265 (RFC 7798), AAC (RFC 3640), Opus (RFC
// 7587), G.711 (RFC 3551). Hostile input costs at most one access unit.
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

inline constexpr std::uint32_t kVideoClockRate = 90000;

/// How many frames may be decoded before one that is shown earlier; none: the stream does not say.
using ReorderDepth = std::optional<std::uint32_t>;

/// An access unit on its way to becoming a Sample.
struct AccessUnit {
  MediaFormatPtr format;
  Bytes data;
  std::uint32_t timestamp = 0;  // RTP: when it is shown or heard.
  std::uint32_t duration = 0;   // Ticks; sound only.
  ReorderDepth reorder = 0;
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

/// As H.264.
[[nodiscard]] std::unique_ptr<Depacketizer> make_h265_depacketizer(const SdpTrack& track,
                                                                   Depacketizer::Output output);

/// G.711 and Opus: every packet is a sample.
[[nodiscard]] std::unique_ptr<Depacketizer> make_packet_audio_depacketizer(
    const SdpTrack& track, Depacketizer::Output output);

/// What describes Opus of 1 or 2 channels. Its pre-skip is 0: a segment is cut out of a stream that
/// runs, and a player would hide what is recorded (docs/design/storage.md). Source: RFC 7845, 5.1.
[[nodiscard]] Bytes opus_head(std::uint32_t channels);

/// Samples at 48 kHz in an Opus packet; 0 when malformed. Source: RFC 6716, 3.1 and 3.2.
[[nodiscard]] std::uint32_t opus_duration(ByteView packet);

/// The depacketizer of the track's codec.
[[nodiscard]] std::unique_ptr<Depacketizer> make_depacketizer(const SdpTrack& track,
                                                              Depacketizer::Output output);

/// What an AudioSpecificConfig says. None when malformed. Source: ISO/IEC 14496-3, 1.6.2.1.
struct AacConfig {
  std::uint32_t sample_rate = 0;
  std::uint32_t channels = 0;
};
[[nodiscard]] std::optional<AacConfig> parse_aac_config(ByteView config);

}  // namespace candor::rtsp
