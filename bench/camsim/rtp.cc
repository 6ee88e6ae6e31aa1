// SPDX-License-Identifier: Apache-2.0
// Packetisation and the media descriptions that go with it.
#include "bench/camsim/rtp.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>

#include <fmt/core.h>
#include <openssl/evp.h>

#include "bench/camsim/clip.h"
#include "core/big_endian.h"
#include "core/bytes.h"

namespace candor::camsim {
namespace {

constexpr std::uint8_t kVideoPayloadType = 96;
constexpr std::uint8_t kAudioPayloadType = 97;
constexpr std::uint32_t kVideoClockRate = 90000;
constexpr std::uint32_t kTicksPerFrame = kVideoClockRate / 25;
constexpr std::uint32_t kSamplesPerAacFrame = 1024;
constexpr std::uint8_t kNalTypeMask = 0x1f;
constexpr std::uint8_t kAccessUnitDelimiter = 9;
constexpr std::uint8_t kFuA = 28;
constexpr std::uint8_t kMarker = 0x80;

void append_packet(RtpUnit& unit, std::uint8_t payload_type, ByteView prefix, ByteView payload) {
  const std::size_t payload_bytes = prefix.size() + payload.size();
  unit.packet_offsets.push_back(static_cast<std::uint32_t>(unit.wire.size()));
  unit.payload_bytes += static_cast<std::uint32_t>(payload_bytes);
  Bytes& out = unit.wire;
  out.push_back('$');
  out.push_back(0);
  append_be(out, static_cast<std::uint16_t>(kRtpHeaderBytes + payload_bytes));
  out.push_back(0x80);  // Version 2, no padding, extension or contributing source.
  out.push_back(payload_type);
  out.resize(out.size() + 10);
  out.insert(out.end(), prefix.begin(), prefix.end());
  out.insert(out.end(), payload.begin(), payload.end());
}

void mark_last(RtpUnit& unit) {
  if (!unit.packet_offsets.empty()) {
    unit.wire[unit.packet_offsets.back() + kInterleavedBytes + 1] |= kMarker;
  }
}

void append_fragments(RtpUnit& unit, std::uint8_t payload_type, ByteView nal) {
  const std::uint8_t header = nal[0];
  const ByteView body = nal.subspan(1);
  std::size_t at = 0;
  while (at < body.size()) {
    const std::size_t length = std::min(kPayloadBytesMax - 2, body.size() - at);
    const unsigned start = at == 0 ? 0x80 : 0;
    const unsigned end = at + length == body.size() ? 0x40 : 0;
    const std::uint8_t prefix[] = {
        static_cast<std::uint8_t>((header & ~kNalTypeMask) | kFuA),
        static_cast<std::uint8_t>(start | end | (header & kNalTypeMask))};
    append_packet(unit, payload_type, prefix, body.subspan(at, length));
    at += length;
  }
}

std::string base64(ByteView bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

}  // namespace

RtpUnit packetize_h264(std::span<const Bytes> nals, std::uint8_t payload_type) {
  RtpUnit unit;
  for (const Bytes& nal : nals) {
    if ((nal[0] & kNalTypeMask) == kAccessUnitDelimiter) {
      continue;
    }
    if (nal.size() <= kPayloadBytesMax) {
      append_packet(unit, payload_type, {}, nal);
    } else {
      append_fragments(unit, payload_type, nal);
    }
  }
  mark_last(unit);
  return unit;
}

RtpUnit packetize_aac(ByteView frame, std::uint8_t payload_type) {
  RtpUnit unit;
  Bytes prefix;
  append_be(prefix, std::uint16_t{16});  // One AU header of 16 bits: 13 of size, 3 of index 0.
  append_be(prefix, static_cast<std::uint16_t>(frame.size() << 3));
  append_packet(unit, payload_type, prefix, frame);
  mark_last(unit);
  return unit;
}

RtpTrack make_video_track(const VideoClip& clip) {
  RtpTrack track;
  track.clock_rate = kVideoClockRate;
  track.ticks_per_unit = kTicksPerFrame;
  track.is_picture = true;
  track.units.reserve(clip.units.size());
  std::ranges::transform(clip.units, std::back_inserter(track.units), [](const AccessUnit& unit) {
    return packetize_h264(unit.nals, kVideoPayloadType);
  });
  const ByteView profile = ByteView(clip.sps).subspan(1, 3);
  track.media_description = fmt::format(
      "m=video 0 RTP/AVP {0}\r\na=rtpmap:{0} H264/{1}\r\na=framerate:25\r\n"
      "a=fmtp:{0} packetization-mode=1;profile-level-id={2};sprop-parameter-sets={3},{4}\r\n",
      kVideoPayloadType, kVideoClockRate, to_hex(profile), base64(clip.sps), base64(clip.pps));
  return track;
}

RtpTrack make_audio_track(const AudioClip& clip) {
  RtpTrack track;
  track.clock_rate = clip.sample_rate;
  track.ticks_per_unit = kSamplesPerAacFrame;
  track.units.reserve(clip.frames.size());
  std::ranges::transform(clip.frames, std::back_inserter(track.units), [](const Bytes& frame) {
    return packetize_aac(frame, kAudioPayloadType);
  });
  track.media_description = fmt::format(
      "m=audio 0 RTP/AVP {0}\r\na=rtpmap:{0} MPEG4-GENERIC/{1}/{2}\r\n"
      "a=fmtp:{0} streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;"
      "indexdeltalength=3;config={3}\r\n",
      kAudioPayloadType, clip.sample_rate, clip.channels, to_hex(clip.config));
  return track;
}

}  // namespace candor::camsim
