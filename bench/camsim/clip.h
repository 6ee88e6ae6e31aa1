// SPDX-License-Identifier: Apache-2.0
// A test clip in memory, as NAL units and frames of sound. Reads files with libavformat; knows no
// RTP.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/media.h"
#include "core/result.h"

namespace candor::camsim {

/// One picture: its NAL units without start codes or lengths, in order, access unit delimiters and
/// all as the file has them.
struct AccessUnit {
  std::vector<Bytes> nals;
  bool key = false;
  std::int32_t reorder = 0;  // Frames from its decoding to its showing; all 0 without B-frames.
};

struct VideoClip {
  Codec codec = Codec::kH264;
  std::vector<AccessUnit> units;      // In the order of decoding.
  std::vector<Bytes> parameter_sets;  // SPS and PPS; H.265: VPS, SPS and PPS.
  Bytes config;                       // avcC or hvcC.
};

struct AudioClip {
  Codec codec = Codec::kAac;
  std::vector<Bytes> frames;  // Raw AAC, Opus packets, or 20 ms of G.711.
  std::uint32_t sample_rate = 0;
  std::uint32_t channels = 0;
  std::uint32_t samples_per_frame = 0;
  Bytes config;  // AAC: AudioSpecificConfig.
};

/// The first stream of H.264 or H.265 of an MP4 file.
/// Errors: kNotFound the file cannot be opened; kUnsupported no such stream with its parameter sets
/// and 4-byte lengths; kDataLoss a length that passes the sample's end.
[[nodiscard]] Result<VideoClip> load_video_clip(const std::string& path);

/// The first stream of AAC, Opus or G.711. Errors: as load_video_clip.
[[nodiscard]] Result<AudioClip> load_audio_clip(const std::string& path);

/// The parameter sets of an avcC or hvcC in their order; nothing else that may stand there.
/// Errors: kUnsupported lengths other than 4 bytes; kDataLoss it ends too early.
[[nodiscard]] Result<std::vector<Bytes>> parameter_sets_of(ByteView config, Codec codec);

/// Splits a sample of an MP4 file (4-byte lengths) into NAL units.
/// Errors: kDataLoss a length that passes the end.
[[nodiscard]] Result<std::vector<Bytes>> split_sample(ByteView sample);

}  // namespace candor::camsim
