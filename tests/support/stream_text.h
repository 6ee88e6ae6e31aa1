// SPDX-License-Identifier: Apache-2.0
// Streams as strings: "IPPP IPP" is two GOPs at 25 frames a second, '.' a frame's time in which
// nothing came, 'x' a frame whose packets were lost, '!' a clock of the source set anew before the
// next frame. Blanks are for the reader.
#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "core/media.h"

namespace candor::test {

inline constexpr std::int64_t kFrameTicks = 3600;
inline constexpr std::int64_t kFrameNs = 40'000'000;

inline MediaFormatPtr h264_format() {
  auto format = std::make_shared<MediaFormat>();
  format->timescale = 90000;
  format->width = 320;
  format->height = 240;
  // A real avcC of a 320x240 High profile stream (x264), so that libavformat takes it.
  format->codec_config = {0x01, 0x64, 0x00, 0x0d, 0xff, 0xe1, 0x00, 0x18, 0x67, 0x64, 0x00,
                          0x0d, 0xac, 0xd9, 0x41, 0x41, 0xfb, 0x01, 0x10, 0x00, 0x00, 0x03,
                          0x00, 0x10, 0x00, 0x00, 0x03, 0x03, 0x20, 0xf1, 0x42, 0x99, 0x60,
                          0x01, 0x00, 0x06, 0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0};
  return format;
}

/// hvcC of a 1920x1080 stream of x265, Main profile.
inline Bytes hvcc_1080() {
  return from_hex(
             "01016000000090000000000078f000fcfdf8f800000f03a00001001840010c01ffff0160000003009000"
             "00030000030078959409a10001002a420101016000000300900000030000030078a003c08010e5965659"
             "24caf0168080000003008000000c84a2000100074401c172b46240")
      .value();
}

inline MediaFormatPtr aac_format() {
  auto format = std::make_shared<MediaFormat>();
  format->kind = MediaKind::kAudio;
  format->codec = Codec::kAac;
  format->timescale = 48000;
  format->sample_rate = 48000;
  format->channels = 1;
  format->codec_config = {0x11, 0x88};
  return format;
}

/// The video samples of the text; the n-th frame's bytes are its number, four times.
inline std::vector<Sample> video_samples(std::string_view text, std::int64_t first_frame = 0) {
  std::vector<Sample> samples;
  const MediaFormatPtr format = h264_format();
  std::int64_t frame = first_frame;
  std::uint32_t lost = 0;
  bool is_restarted = false;
  for (const char c : text) {
    if (c == ' ') {
      continue;
    }
    if (c == '!') {
      is_restarted = true;
      continue;
    }
    if (c == 'I' || c == 'P') {
      Sample sample;
      sample.format = format;
      sample.data.assign(4, static_cast<std::uint8_t>(frame));
      sample.source_ticks = frame * kFrameTicks;
      sample.arrival = {frame * kFrameNs};
      sample.sync = c == 'I';
      sample.lost_packets = std::exchange(lost, 0);
      sample.discontinuity = std::exchange(is_restarted, false);
      samples.push_back(std::move(sample));
    } else if (c == 'x') {
      ++lost;
    }
    ++frame;
  }
  return samples;
}

}  // namespace candor::test
