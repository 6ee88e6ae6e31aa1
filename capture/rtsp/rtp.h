// SPDX-License-Identifier: Apache-2.0
// RTP packets and RTCP sender reports (RFC 3550): parsing, loss counting, time stamps unwrapped to
// 64 bits.
#pragma once

#include <cstdint>
#include <optional>

#include "core/bytes.h"
#include "core/time.h"

namespace candor::rtsp {

/// Points into the bytes given to parse_rtp.
struct RtpPacket {
  std::uint8_t payload_type = 0;
  bool marker = false;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  ByteView payload;
};
[[nodiscard]] std::optional<RtpPacket> parse_rtp(ByteView bytes);

/// What a sender report says: this RTP time is this instant.
struct SenderReport {
  UtcTime utc;
  std::uint32_t rtp_time = 0;
};
[[nodiscard]] std::optional<SenderReport> parse_sender_report(ByteView bytes);

/// Counts packets missing between successive ones. One thread.
class SequenceCounter {
 public:
  /// Packets lost before this one; none when it is old or a duplicate and must be dropped.
  [[nodiscard]] std::optional<std::uint32_t> lost_before(std::uint16_t sequence);

 private:
  std::optional<std::uint16_t> last_;
};

/// RTP time of one track as 64-bit ticks, and as the camera's UTC. One thread.
///
/// A step of more than ten seconds either way is no time but a new clock: ticks go on from the last
/// sample and the sample is marked. Smaller steps back are left to DecodeOrder.
class TrackClock {
 public:
  explicit TrackClock(std::uint32_t rate) : rate_(rate) {}

  struct Placed {
    std::int64_t ticks = 0;
    bool is_restarted = false;
    UtcTime capture;  // 0: no sender report yet.
  };
  [[nodiscard]] Placed place(std::uint32_t rtp_time);
  void report(const SenderReport& report) { report_ = report; }

 private:
  std::uint32_t rate_;
  std::optional<std::uint32_t> last_rtp_;
  std::int64_t ticks_ = 0;
  std::optional<SenderReport> report_;
};

}  // namespace candor::rtsp
