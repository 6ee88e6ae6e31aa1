// SPDX-License-Identifier: Apache-2.0
// A clip as an endless media of gst-rtsp-server: its pipeline and the feeding of its two sources.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gst/gst.h>
#include <gst/rtsp-server/rtsp-server.h>

#include "bench/camsim/clip.h"
#include "core/bytes.h"

namespace candor::gstcam {

/// What one appsrc sends round and round.
struct LoopingTrack {
  std::vector<Bytes> units;
  guint64 samples_per_unit = 0;
  guint64 sample_rate = 0;
  std::string caps;

  /// When unit n begins, without rounding that adds up.
  [[nodiscard]] GstClockTime begin_of(guint64 n) const;
};

/// Shared with the streaming threads of media that may outlive their factory.
using LoopingTrackPtr = std::shared_ptr<const LoopingTrack>;

[[nodiscard]] LoopingTrackPtr make_picture_track(const camsim::VideoClip& clip);
[[nodiscard]] LoopingTrackPtr make_sound_track(const camsim::AudioClip& clip);

/// A factory whose media all clients share; the counter goes on without a hole while one of them
/// is there. `sound` may be null. The caller owns the reference.
[[nodiscard]] GstRTSPMediaFactory* make_factory(LoopingTrackPtr picture, LoopingTrackPtr sound);

}  // namespace candor::gstcam
