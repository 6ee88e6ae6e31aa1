// SPDX-License-Identifier: Apache-2.0
// A test clip in memory, as NAL units and AAC frames. Reads files with libavformat; knows no RTP.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"

namespace candor::camsim {

/// One picture: its NAL units without start codes or lengths, in order, access unit delimiters and
/// all as the file has them.
struct AccessUnit {
  std::vector<Bytes> nals;
  bool key = false;
};

struct VideoClip {
  std::vector<AccessUnit> units;
  Bytes sps;
  Bytes pps;
  Bytes avcc;
};

struct AudioClip {
  std::vector<Bytes> frames;  // Raw AAC, 1024 samples each.
  std::uint32_t sample_rate = 0;
  std::uint32_t channels = 0;
  Bytes config;  // AudioSpecificConfig.
};

/// The first H.264 stream of an MP4 file.
/// Errors: kNotFound the file cannot be opened; kUnsupported no H.264 with an avcC and 4-byte
/// lengths; kDataLoss a length that passes the sample's end.
[[nodiscard]] Result<VideoClip> load_video_clip(const std::string& path);

/// The first AAC stream of an MP4 file. Errors: as load_video_clip.
[[nodiscard]] Result<AudioClip> load_audio_clip(const std::string& path);

/// Splits a sample of an MP4 file (4-byte lengths) into NAL units.
/// Errors: kDataLoss a length that passes the end.
[[nodiscard]] Result<std::vector<Bytes>> split_sample(ByteView sample);

}  // namespace candor::camsim
