// SPDX-License-Identifier: Apache-2.0
// Encoded pictures to record, made once by ffmpeg, and what libavformat finds in an MP4.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/media.h"

namespace candor::test {

/// A sample as a demuxer gives it out.
struct DemuxedSample {
  Bytes data;
  double seconds = 0;  // Presentation time.
  bool is_key = false;
};

struct DemuxedFile {
  MediaFormatPtr format;
  double start_seconds = 0;
  double duration_seconds = 0;
  std::vector<DemuxedSample> samples;
};

/// Reads the first track with libavformat, as most players do; from the key frame at or before
/// `seek_seconds` when it is not negative.
[[nodiscard]] DemuxedFile demux(const std::string& path, double seek_seconds = -1);

/// 20 s of H.264, 320x240, 25 frames a second, a key frame every 2 s.
[[nodiscard]] const DemuxedFile& test_clip();

}  // namespace candor::test
