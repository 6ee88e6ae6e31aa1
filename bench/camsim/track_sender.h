// SPDX-License-Identifier: Apache-2.0
// One track of one connection: which unit is due when, and its RTP and RTCP headers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bench/camsim/media_track.h"
#include "bench/camsim/settings.h"
#include "bench/camsim/socket_writer.h"
#include "core/bytes.h"
#include "core/time.h"

namespace candor::camsim {

/// What a client must know to place a track's first packet: RTP-Info (RFC 2326, 12.33).
struct RtpStart {
  std::uint16_t sequence;
  std::uint32_t time;
};

/// The random starting points of a stream (RFC 3550, 5.1).
struct RtpIdentity {
  std::uint32_t ssrc;
  std::uint32_t time_offset;
  std::uint16_t sequence;
};

/// Sends unit n of a track when the wall clock, less the camera's phase, is n units since 1970; so
/// the clip's frame is floor((unix_ms - phase) / 40) modulo its length. One thread.
class TrackSender {
 public:
  TrackSender(const RtpTrack& track, std::uint8_t channel, RtpIdentity identity);

  /// From now on the next whole unit is due. `now` has the camera's phase taken off already, here
  /// and below.
  [[nodiscard]] RtpStart play(UtcTime now);

  /// When the next unit is to be sent.
  [[nodiscard]] UtcTime due() const;

  /// Sends all units that are due and a sender report every 2 s. Units more than 1 s late are
  /// skipped and counted as dropped: a camera does not send its past.
  void send_due(SocketWriter& writer, UtcTime now, Nanoseconds phase, Counters& counters);

  void lose_every(std::uint32_t packets) { lose_every_ = packets; }
  [[nodiscard]] std::uint32_t ssrc() const { return identity_.ssrc; }
  [[nodiscard]] std::uint8_t channel() const { return channel_; }

 private:
  void send_unit(SocketWriter& writer, Counters& counters);
  void send_report(SocketWriter& writer, UtcTime now, Nanoseconds phase);
  [[nodiscard]] std::uint32_t rtp_time(UtcTime at) const;

  const RtpTrack* track_;
  std::uint8_t channel_;
  RtpIdentity identity_;
  std::int64_t next_unit_ = 0;
  UtcTime next_report_;
  std::uint32_t packets_ = 0;
  std::uint32_t payload_bytes_ = 0;
  std::uint32_t lose_every_ = 0;
  Bytes scratch_;
};

}  // namespace candor::camsim
