// SPDX-License-Identifier: Apache-2.0
// What a run of the simulator was asked to do, and what it counted. Plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/camsim/digest_auth.h"
#include "bench/camsim/media_track.h"

namespace candor::camsim {

/// What goes wrong on purpose. Times count from a connection's PLAY.
struct Faults {
  std::optional<std::chrono::nanoseconds> stop_media_after;  // Silent, but the connection stays.
  std::optional<std::chrono::nanoseconds> close_after;
  std::uint32_t lose_every = 0;         // Leaves out each Nth RTP packet; 0: none.
  std::optional<std::uint32_t> camera;  // Only this camera; none: all.
};

/// What all connections share. Immutable while the server runs.
struct Site {
  std::vector<std::vector<RtpTrack>> clips;  // Of each: picture, sound, or both in this order.
  std::uint32_t cameras = 1;
  std::optional<std::chrono::milliseconds> phase;  // None: spread over one frame's 40 ms.
  Faults faults;
  std::optional<DigestAuth> auth;

  /// How much later than the wall clock's frame tick this camera sends: whole milliseconds.
  [[nodiscard]] std::chrono::nanoseconds phase_of(std::uint32_t camera) const {
    constexpr std::uint32_t kFrameMs = 40;
    return phase.value_or(std::chrono::milliseconds(camera * kFrameMs / cameras));
  }
};

struct Counters {
  std::uint64_t connections = 0;
  std::uint64_t frames_sent = 0;  // Pictures.
  std::uint64_t audio_frames_sent = 0;
  std::uint64_t dropped_frames = 0;  // Units not sent: the client or this process was too slow.
  std::uint64_t lost_packets = 0;    // Left out on purpose.
  std::uint64_t bytes_sent = 0;
  std::int64_t playing_ns = 0;  // Summed over cameras.
  std::int64_t lateness_ns_max = 0;
};

}  // namespace candor::camsim
