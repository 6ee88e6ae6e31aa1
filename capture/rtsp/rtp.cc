// SPDX-License-Identifier: Apache-2.0
#include "capture/rtsp/rtp.h"

#include <algorithm>
#include <cstdlib>

#include "core/big_endian.h"

namespace candor::rtsp {
namespace {

constexpr std::size_t kRtpHeaderBytes = 12;
constexpr std::uint8_t kSenderReport = 200;
constexpr std::size_t kSenderReportBytes = 28;
constexpr std::int64_t kNtpEpochOffsetSeconds = 2'208'988'800;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kStepSecondsMax = 10;
constexpr std::int64_t kReportTicksMax = std::int64_t{1} << 30;
constexpr std::uint16_t kOldPackets =
    1000;  // RFC 3550, A.1: this far back is late, farther is a restart.

}  // namespace

std::optional<RtpPacket> parse_rtp(ByteView bytes) {
  if (bytes.size() < kRtpHeaderBytes || bytes[0] >> 6 != 2) {
    return std::nullopt;
  }
  RtpPacket packet;
  packet.marker = (bytes[1] & 0x80) != 0;
  packet.payload_type = bytes[1] & 0x7F;
  packet.sequence = get_be<std::uint16_t>(&bytes[2]);
  packet.timestamp = get_be<std::uint32_t>(&bytes[4]);
  std::size_t begin = kRtpHeaderBytes + 4U * (bytes[0] & 0x0F);
  if ((bytes[0] & 0x10) != 0) {
    if (bytes.size() < begin + 4) {
      return std::nullopt;
    }
    begin += 4 + 4U * get_be<std::uint16_t>(&bytes[begin + 2]);
  }
  std::size_t padding = 0;
  if ((bytes[0] & 0x20) != 0) {
    padding = bytes.back();
  }
  if (begin + padding > bytes.size()) {
    return std::nullopt;
  }
  packet.payload = bytes.subspan(begin, bytes.size() - begin - padding);
  return packet;
}

std::optional<SenderReport> parse_sender_report(ByteView bytes) {
  if (bytes.size() < kSenderReportBytes || bytes[0] >> 6 != 2 || bytes[1] != kSenderReport) {
    return std::nullopt;
  }
  const auto seconds = get_be<std::uint32_t>(&bytes[8]);
  const auto fraction = static_cast<std::int64_t>(get_be<std::uint32_t>(&bytes[12]));
  if (seconds == 0) {
    return std::nullopt;  // A camera without a clock.
  }
  SenderReport report;
  report.utc.ns = (static_cast<std::int64_t>(seconds) - kNtpEpochOffsetSeconds) * kNsPerSecond +
                  (fraction * kNsPerSecond >> 32);
  report.rtp_time = get_be<std::uint32_t>(&bytes[16]);
  return report;
}

std::optional<std::uint32_t> SequenceCounter::lost_before(std::uint16_t sequence) {
  if (!last_.has_value()) {
    last_ = sequence;
    return 0;
  }
  const auto step = static_cast<std::uint16_t>(sequence - *last_);
  if (step == 0 || step > 0xFFFF - kOldPackets) {
    return std::nullopt;
  }
  last_ = sequence;
  return step - 1U;
}

TrackClock::Placed TrackClock::place(std::uint32_t rtp_time) {
  Placed placed;
  if (last_rtp_.has_value()) {
    const auto step = static_cast<std::int64_t>(static_cast<std::int32_t>(rtp_time - *last_rtp_));
    placed.is_restarted = std::abs(step) > kStepSecondsMax * rate_;
    ticks_ += placed.is_restarted ? 1 : step;
    if (placed.is_restarted) {
      report_.reset();  // It speaks of the old clock; the next one comes within seconds.
    }
  }
  last_rtp_ = rtp_time;
  placed.ticks = ticks_;
  if (report_.has_value()) {
    const auto since =
        static_cast<std::int64_t>(static_cast<std::int32_t>(rtp_time - report_->rtp_time));
    placed.capture = report_->utc + Nanoseconds(ticks_to_ns(since, rate_));
    if (since > kReportTicksMax) {
      // A camera that reported once only: before 31 bits overflow, the report moves along.
      report_ = SenderReport{.utc = placed.capture, .rtp_time = rtp_time};
    }
  }
  return placed;
}

}  // namespace candor::rtsp
