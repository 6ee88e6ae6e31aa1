// SPDX-License-Identifier: Apache-2.0
// The hot path of the simulator: copy a unit's packets, fill in four header fields each, send once.
#include "bench/camsim/track_sender.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "bench/camsim/media_track.h"
#include "bench/camsim/rtp.h"
#include "bench/camsim/settings.h"
#include "bench/camsim/socket_writer.h"
#include "core/big_endian.h"
#include "core/bytes.h"
#include "core/time.h"

namespace candor::camsim {
namespace {

constexpr Nanoseconds kReportPeriod = std::chrono::seconds(2);
constexpr Nanoseconds kLateMax = std::chrono::seconds(1);
constexpr std::uint32_t kNtpSecondsAt1970 = 2208988800;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

constexpr std::size_t kChannelAt = 1;
constexpr std::size_t kSequenceAt = kInterleavedBytes + 2;
constexpr std::size_t kTimeAt = kInterleavedBytes + 4;
constexpr std::size_t kSsrcAt = kInterleavedBytes + 8;

}  // namespace

TrackSender::TrackSender(const RtpTrack& track, std::uint8_t channel, RtpIdentity identity)
    : track_(&track), channel_(channel), identity_(identity) {}

std::uint32_t TrackSender::rtp_time(UtcTime at) const {
  return static_cast<std::uint32_t>(ns_to_ticks(at.ns, track_->clock_rate)) + identity_.time_offset;
}

UtcTime TrackSender::due() const {
  return {ticks_to_ns(next_unit_ * track_->ticks_per_unit, track_->clock_rate)};
}

RtpStart TrackSender::play(UtcTime now) {
  next_unit_ = ns_to_ticks(now.ns, track_->clock_rate) / track_->ticks_per_unit + 1;
  next_report_ = now;
  return {identity_.sequence, rtp_time(now)};
}

void TrackSender::send_due(SocketWriter& writer, UtcTime now, Nanoseconds phase,
                           Counters& counters) {
  while (due() <= now) {
    const Nanoseconds late = now - due();
    if (late > kLateMax) {
      ++counters.dropped_frames;
      ++next_unit_;
      continue;
    }
    counters.lateness_ns_max = std::max<std::int64_t>(counters.lateness_ns_max, late.count());
    if (now >= next_report_) {
      send_report(writer, now, phase);
      next_report_ = now + kReportPeriod;
    }
    send_unit(writer, counters);
    ++next_unit_;
  }
  if (next_report_ - now > kReportPeriod) {
    static_cast<void>(play(now));  // The wall clock was set back: go on from where it stands now.
  }
}

void TrackSender::send_unit(SocketWriter& writer, Counters& counters) {
  const auto index = static_cast<std::size_t>(next_unit_) % track_->units.size();
  const RtpUnit& unit = track_->units[index];
  if (!writer.can_take_media()) {
    ++counters.dropped_frames;
    return;
  }
  const auto time = static_cast<std::uint32_t>(next_unit_ * track_->ticks_per_unit) +
                    static_cast<std::uint32_t>(unit.time_shift) + identity_.time_offset;
  scratch_.clear();
  for (std::size_t i = 0; i < unit.packet_offsets.size(); ++i) {
    const std::size_t begin = unit.packet_offsets[i];
    const std::size_t end =
        i + 1 < unit.packet_offsets.size() ? unit.packet_offsets[i + 1] : unit.wire.size();
    const std::uint16_t sequence = identity_.sequence++;
    ++packets_;
    if (lose_every_ != 0 && packets_ % lose_every_ == 0) {
      ++counters.lost_packets;
      continue;
    }
    const std::size_t at = scratch_.size();
    scratch_.insert(scratch_.end(),
                    std::next(unit.wire.begin(), static_cast<std::ptrdiff_t>(begin)),
                    std::next(unit.wire.begin(), static_cast<std::ptrdiff_t>(end)));
    std::uint8_t* packet = &scratch_[at];
    packet[kChannelAt] = channel_;
    put_be(packet + kSequenceAt, sequence);
    put_be(packet + kTimeAt, time);
    put_be(packet + kSsrcAt, identity_.ssrc);
  }
  payload_bytes_ += unit.payload_bytes;
  writer.send(scratch_);
  ++(track_->is_picture ? counters.frames_sent : counters.audio_frames_sent);
}

void TrackSender::send_report(SocketWriter& writer, UtcTime now, Nanoseconds phase) {
  // A sender report without reception blocks: RFC 3550, 6.4.1. NTP time is the true wall clock.
  const UtcTime wall = now + phase;
  const auto fraction = static_cast<std::uint64_t>(wall.ns % kNsPerSecond);
  Bytes report = {'$', static_cast<std::uint8_t>(channel_ + 1), 0, 28, 0x80, 200, 0, 6};
  append_be(report, identity_.ssrc);
  append_be(report, static_cast<std::uint32_t>(wall.ns / kNsPerSecond) + kNtpSecondsAt1970);
  append_be(report, static_cast<std::uint32_t>((fraction << 32U) / kNsPerSecond));
  append_be(report, rtp_time(now));
  append_be(report, packets_);
  append_be(report, payload_bytes_);
  writer.send(report);
}

}  // namespace candor::camsim
