// SPDX-License-Identifier: Apache-2.0
// Packetisation.
#include "bench/camsim/rtp.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/big_endian.h"
#include "core/bytes.h"

namespace candor::camsim {
namespace {

constexpr std::uint8_t kNalTypeMask = 0x1f;
constexpr std::uint8_t kAccessUnitDelimiter = 9;
constexpr std::uint8_t kFuA = 28;
constexpr std::uint8_t kH265Delimiter = 35;
constexpr std::uint8_t kH265Fragment = 49;
constexpr std::size_t kH265HeaderBytes = 2;
constexpr std::uint8_t kStart = 0x80;  // The first and the last piece of a NAL unit.
constexpr std::uint8_t kEnd = 0x40;
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

/// A NAL unit in pieces, each behind `prefix`, whose last byte is the type with marks for start and
/// end.
void append_fragments(RtpUnit& unit, std::uint8_t payload_type, std::span<std::uint8_t> prefix,
                      ByteView body) {
  const std::uint8_t type = prefix.back();
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t length = std::min(kPayloadBytesMax - prefix.size(), body.size() - at);
    const unsigned start = at == 0 ? kStart : 0U;
    const unsigned end = at + length == body.size() ? kEnd : 0U;
    prefix.back() = static_cast<std::uint8_t>(start | end | type);
    append_packet(unit, payload_type, prefix, body.subspan(at, length));
    at += length;
  }
}

}  // namespace

RtpUnit packetize_h264(std::span<const Bytes> nals, std::uint8_t payload_type) {
  RtpUnit unit;
  for (const Bytes& nal : nals) {
    const auto type = static_cast<std::uint8_t>(nal[0] & kNalTypeMask);
    if (type == kAccessUnitDelimiter) {
      continue;
    }
    if (nal.size() <= kPayloadBytesMax) {
      append_packet(unit, payload_type, {}, nal);
      continue;
    }
    std::array prefix = {static_cast<std::uint8_t>((nal[0] & ~kNalTypeMask) | kFuA), type};
    append_fragments(unit, payload_type, prefix, ByteView(nal).subspan(1));
  }
  mark_last(unit);
  return unit;
}

RtpUnit packetize_h265(std::span<const Bytes> nals, std::uint8_t payload_type) {
  RtpUnit unit;
  for (const Bytes& nal : nals) {
    const auto type = static_cast<std::uint8_t>(nal[0] >> 1 & 0x3f);
    if (type == kH265Delimiter) {
      continue;
    }
    if (nal.size() <= kPayloadBytesMax) {
      append_packet(unit, payload_type, {}, nal);
      continue;
    }
    std::array prefix = {static_cast<std::uint8_t>((nal[0] & 0x81) | kH265Fragment << 1), nal[1],
                         type};
    append_fragments(unit, payload_type, prefix, ByteView(nal).subspan(kH265HeaderBytes));
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

RtpUnit packetize_sound(ByteView frame, std::uint8_t payload_type) {
  RtpUnit unit;
  append_packet(unit, payload_type, {}, frame);
  return unit;
}

}  // namespace candor::camsim
