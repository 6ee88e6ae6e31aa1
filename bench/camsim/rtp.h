// SPDX-License-Identifier: Apache-2.0
// Pictures and sound as RTP packets. No sockets, no clocks.
// Source: RFC 3550 (RTP), RFC 6184 (H.264), RFC 7798 (H.265), RFC 3640 (AAC-hbr), RFC 7587 (Opus),
// RFC 3551 (G.711), RFC 2326 10.12 (interleaving).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/bytes.h"

namespace candor::camsim {

inline constexpr std::size_t kInterleavedBytes = 4;  // '$', channel, 16-bit length.
inline constexpr std::size_t kRtpHeaderBytes = 12;
inline constexpr std::size_t kPacketHeaderBytes = kInterleavedBytes + kRtpHeaderBytes;
/// RTP payload that fits an Ethernet frame with room for tunnels, as cameras choose it.
inline constexpr std::size_t kPayloadBytesMax = 1400;

/// One picture or one frame of sound as its interleaved packets, one after the other. Channel,
/// sequence number, time stamp and SSRC are left 0 for each camera to fill in.
struct RtpUnit {
  Bytes wire;
  std::vector<std::uint32_t> packet_offsets;
  std::uint32_t payload_bytes = 0;
  std::int32_t time_shift = 0;  // Ticks from when it is sent to its time stamp: B-frames, negative.
};

/// One access unit's packets; access unit delimiters are left out, as cameras do. NAL units above
/// kPayloadBytesMax go as FU-A or as fragmentation units of RFC 7798.
[[nodiscard]] RtpUnit packetize_h264(std::span<const Bytes> nals, std::uint8_t payload_type);
[[nodiscard]] RtpUnit packetize_h265(std::span<const Bytes> nals, std::uint8_t payload_type);
[[nodiscard]] RtpUnit packetize_aac(ByteView frame, std::uint8_t payload_type);
/// Opus and G.711: the frame is the payload.
[[nodiscard]] RtpUnit packetize_sound(ByteView frame, std::uint8_t payload_type);

}  // namespace candor::camsim
