// SPDX-License-Identifier: Apache-2.0
// Turns a fuzzer's bytes into a camera's packets: each is led by its length in two bytes, as RTSP
// frames them on TCP.
#pragma once

#include <cstdint>

#include "capture/rtsp/depacketizer.h"
#include "core/big_endian.h"

namespace candor::rtsp {

/// The lengths in front of the NAL units lead exactly to the end.
inline bool is_whole(ByteView unit) {
  while (unit.size() > 4) {
    const std::size_t size = get_be<std::uint32_t>(unit.data());
    if (size == 0 || size > unit.size() - 4) {
      return false;
    }
    unit = unit.subspan(4 + size);
  }
  return unit.empty();
}

/// Gives every packet to the depacketizer, counted and placed in time as a session does.
inline void feed_packets(ByteView bytes, std::uint32_t clock_rate, Depacketizer& depacketizer) {
  SequenceCounter counter;
  TrackClock clock(clock_rate);
  while (bytes.size() >= 2) {
    const std::size_t size = get_be<std::uint16_t>(bytes.data());
    const ByteView packet = bytes.subspan(2, size < bytes.size() - 2 ? size : bytes.size() - 2);
    bytes = bytes.subspan(2 + packet.size());
    if (const auto report = parse_sender_report(packet); report.has_value()) {
      clock.report(*report);
    }
    const auto parsed = parse_rtp(packet);
    if (!parsed.has_value()) {
      continue;
    }
    if (const auto lost = counter.lost_before(parsed->sequence); lost.has_value()) {
      depacketizer.push(*parsed, *lost);
      static_cast<void>(clock.place(parsed->timestamp));
    }
  }
}

}  // namespace candor::rtsp
