// SPDX-License-Identifier: Apache-2.0
// A clip as RTP packets, made once and shared by all cameras. No sockets, no clocks.
// Source: RFC 3550 (RTP), RFC 6184 (H.264), RFC 3640 (AAC-hbr), RFC 2326 10.12 (interleaving).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bench/camsim/clip.h"
#include "core/bytes.h"

namespace candor::camsim {

inline constexpr std::size_t kInterleavedBytes = 4;  // '$', channel, 16-bit length.
inline constexpr std::size_t kRtpHeaderBytes = 12;
inline constexpr std::size_t kPacketHeaderBytes = kInterleavedBytes + kRtpHeaderBytes;
/// RTP payload that fits an Ethernet frame with room for tunnels, as cameras choose it.
inline constexpr std::size_t kPayloadBytesMax = 1400;

/// One picture or one AAC frame as its interleaved packets, one after the other. Channel, sequence
/// number, time stamp and SSRC are left 0 for each camera to fill in.
struct RtpUnit {
  Bytes wire;
  std::vector<std::uint32_t> packet_offsets;
  std::uint32_t payload_bytes = 0;
};

/// One track of a camera. Immutable once made.
struct RtpTrack {
  std::vector<RtpUnit> units;
  std::string media_description;  // The m= line and its attributes, without a=control.
  std::uint32_t clock_rate = 0;
  std::uint32_t ticks_per_unit = 0;
  bool is_picture = false;
};

/// A track at 25 frames a second; NAL units above kPayloadBytesMax go as FU-A.
[[nodiscard]] RtpTrack make_video_track(const VideoClip& clip);
[[nodiscard]] RtpTrack make_audio_track(const AudioClip& clip);

/// One access unit's packets; access unit delimiters are left out, as cameras do.
[[nodiscard]] RtpUnit packetize_h264(std::span<const Bytes> nals, std::uint8_t payload_type);
[[nodiscard]] RtpUnit packetize_aac(ByteView frame, std::uint8_t payload_type);

}  // namespace candor::camsim
