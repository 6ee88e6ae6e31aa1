// SPDX-License-Identifier: Apache-2.0
// A feed of G.711 A-law with a tone, as binary messages (docs/design/link.md, "Feed") of channel 7.
#pragma once

#include <cmath>
#include <cstdlib>
#include <memory>
#include <numbers>

#include "core/big_endian.h"
#include "core/bytes.h"
#include "media/bmff/chunk_writer.h"
#include "media/fragment/init_segment.h"

namespace candor::test {

inline constexpr std::int64_t kFeedBegin = 1'790'000'000;  // Seconds since 1970.
inline constexpr std::uint32_t kSoundRate = 8000;
inline constexpr std::uint32_t kPacketSamples = 160;
inline constexpr double kTone = 1000;

inline Bytes feed_message(std::uint8_t kind, ByteView body) {
  Bytes bytes = {1, kind, 0, 1};
  append_be(bytes, std::uint32_t{7});
  append_be(bytes, std::int64_t{0});
  bytes.insert(bytes.end(), body.begin(), body.end());
  return bytes;
}

// G.191's formula for A-law, from a value between -1 and 1.
inline std::uint8_t alaw(double value) {
  const int sample = static_cast<int>(value * 4095);
  const int magnitude = std::abs(sample);
  int exponent = 7;
  for (int mask = 0x800; exponent > 0 && (magnitude & mask) == 0; mask >>= 1) {
    --exponent;
  }
  const int mantissa = magnitude >> (exponent == 0 ? 1 : exponent) & 0xF;
  const int code = exponent << 4 | mantissa;
  return static_cast<std::uint8_t>((sample >= 0 ? code | 0x80 : code) ^ 0x55);
}

inline Bytes sound_init() {
  auto format = std::make_shared<MediaFormat>();
  format->kind = MediaKind::kAudio;
  format->codec = Codec::kAlaw;
  format->timescale = format->sample_rate = kSoundRate;
  format->channels = 1;
  return feed_message(1, media::make_init_segment(format).value()->bytes);
}

// The n-th packet of 20 ms of a tone.
inline Bytes sound_packet(std::int64_t number) {
  Bytes data(kPacketSamples);
  for (std::uint32_t i = 0; i < kPacketSamples; ++i) {
    const double seconds = static_cast<double>(number * kPacketSamples + i) / kSoundRate;
    data[i] = alaw(0.5 * std::sin(2 * std::numbers::pi * kTone * seconds));
  }
  const bmff::ChunkSample sample{.data = data, .duration = kPacketSamples, .sync = true};
  const std::int64_t time = kFeedBegin * kSoundRate + number * kPacketSamples;
  return feed_message(
      2,
      bmff::write_chunk({.sequence = 1, .decode_time = time, .capture = {}}, {&sample, 1}).bytes);
}

}  // namespace candor::test
