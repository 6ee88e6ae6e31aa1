// SPDX-License-Identifier: Apache-2.0
// RFC 3640, mode AAC-hbr.
#include <algorithm>
#include <array>
#include <utility>

#include "capture/rtsp/depacketizer.h"
#include "core/big_endian.h"

namespace candor::rtsp {
namespace {

constexpr std::uint32_t kFrameSamples = 1024;
constexpr std::size_t kFrameBytesMax = 16 * 1024;
constexpr std::size_t kFramesMax = 64;

class AacDepacketizer final : public Depacketizer {
 public:
  AacDepacketizer(const SdpTrack& track, Output output)
      : output_(std::move(output)),
        size_length_(track.size_length),
        header_bits_(track.size_length + track.index_length) {
    const auto config = parse_aac_config(track.audio_config);
    if (!config.has_value()) {
      return;
    }
    auto format = std::make_shared<MediaFormat>();
    format->kind = MediaKind::kAudio;
    format->codec = Codec::kAac;
    format->timescale = track.clock_rate;
    format->sample_rate = config->sample_rate;
    format->channels = config->channels;
    format->codec_config = track.audio_config;
    format_ = std::move(format);
  }

  void push(const RtpPacket& packet, std::uint32_t lost) override {
    lost_ += lost;
    if (lost > 0) {
      partial_.clear();
    }
    const ByteView payload = packet.payload;
    if (format_ == nullptr || payload.size() < 2) {
      return;
    }
    const std::size_t header_bits = get_be<std::uint16_t>(payload.data());
    const std::size_t header_bytes = 2 + (header_bits + 7) / 8;
    const std::size_t frames = header_bits / header_bits_;
    if (frames == 0 || frames > kFramesMax || header_bytes > payload.size()) {
      ++lost_;
      return;
    }
    ByteView rest = payload.subspan(header_bytes);
    for (std::size_t i = 0; i < frames; ++i) {
      const std::size_t size = frame_size(payload.subspan(2), i);
      const auto timestamp = packet.timestamp + static_cast<std::uint32_t>(i) * kFrameSamples;
      if (frames == 1 && size > rest.size()) {
        take_part(rest, size, timestamp);
        return;
      }
      if (size == 0 || size > rest.size()) {
        ++lost_;
        return;
      }
      drop_partial();
      emit(Bytes(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size)), timestamp);
      rest = rest.subspan(size);
    }
  }

 private:
  [[nodiscard]] std::size_t frame_size(ByteView headers, std::size_t index) const {
    std::size_t value = 0;
    for (std::size_t bit = index * header_bits_; bit < index * header_bits_ + size_length_; ++bit) {
      value = value << 1 | (headers[bit / 8] >> (7 - bit % 8) & 1U);
    }
    return value;
  }

  // A frame over several packets: all carry its whole size and the same time.
  void take_part(ByteView part, std::size_t size, std::uint32_t timestamp) {
    if (size > kFrameBytesMax) {
      ++lost_;
      return;
    }
    if (timestamp != partial_timestamp_) {
      drop_partial();
    }
    partial_timestamp_ = timestamp;
    partial_.insert(partial_.end(), part.begin(), part.end());
    if (partial_.size() > size) {
      drop_partial();
    } else if (partial_.size() == size) {
      emit(std::exchange(partial_, {}), timestamp);
    }
  }

  // A frame whose pieces do not make it whole is a loss, also when no packet is missing.
  void drop_partial() {
    if (!partial_.empty()) {
      partial_.clear();
      lost_ = std::max(lost_, 1U);
    }
  }

  void emit(Bytes frame, std::uint32_t timestamp) {
    AccessUnit unit;
    unit.format = format_;
    unit.data = std::move(frame);
    unit.timestamp = timestamp;
    unit.duration = kFrameSamples;
    unit.sync = true;
    unit.lost_packets = std::exchange(lost_, 0);
    output_(std::move(unit));
  }

  Output output_;
  MediaFormatPtr format_;
  std::size_t size_length_;
  std::size_t header_bits_;
  Bytes partial_;
  std::uint32_t partial_timestamp_ = 0;
  std::uint32_t lost_ = 0;
};

}  // namespace

std::optional<AacConfig> parse_aac_config(ByteView config) {
  constexpr std::array<std::uint32_t, 13> kRates = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                                    22050, 16000, 12000, 11025, 8000,  7350};
  if (config.size() < 2) {
    return std::nullopt;
  }
  const std::uint32_t index = (config[0] & 7U) << 1 | config[1] >> 7;
  AacConfig result;
  if (index < kRates.size()) {
    result.sample_rate = kRates.at(index);
    result.channels = config[1] >> 3 & 15U;
  } else if (index == 15 && config.size() >= 5) {
    result.sample_rate = (config[1] & 0x7FU) << 17 | static_cast<std::uint32_t>(config[2]) << 9 |
                         static_cast<std::uint32_t>(config[3]) << 1 | config[4] >> 7;
    result.channels = config[4] >> 3 & 15U;
  }
  const bool is_known = result.sample_rate > 0 && result.channels >= 1 && result.channels <= 7;
  return is_known ? std::optional(result) : std::nullopt;
}

std::unique_ptr<Depacketizer> make_aac_depacketizer(const SdpTrack& track,
                                                    Depacketizer::Output output) {
  return std::make_unique<AacDepacketizer>(track, std::move(output));
}

}  // namespace candor::rtsp
