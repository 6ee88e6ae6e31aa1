// SPDX-License-Identifier: Apache-2.0
// One track of a camera: a clip's packets, made once and shared by all cameras, and its
// description.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bench/camsim/clip.h"
#include "bench/camsim/rtp.h"
#include "core/result.h"

namespace candor::camsim {

/// Pictures that one file sends before another one takes over: 4 s.
inline constexpr std::size_t kFramesPerPart = 100;

/// Immutable once made.
struct RtpTrack {
  std::vector<RtpUnit> units;
  std::string media_description;  // The m= line and its attributes, without a=control.
  std::uint32_t clock_rate = 0;
  std::uint32_t ticks_per_unit = 0;
  bool is_picture = false;
};

/// A track at 25 frames a second. With B-frames each picture goes out when the last picture that it
/// is decoded after was taken, and is stamped with the time it was taken itself.
[[nodiscard]] RtpTrack make_video_track(const VideoClip& clip);

/// Several clips in turn, kFramesPerPart frames each, with their parameter sets in the stream: a
/// camera whose format is changed. Errors: kInvalidArgument other codecs or lengths, B-frames, or
/// no key frame where one takes over.
[[nodiscard]] Result<RtpTrack> make_changing_track(std::span<const VideoClip> clips);

[[nodiscard]] RtpTrack make_audio_track(const AudioClip& clip);

}  // namespace candor::camsim
