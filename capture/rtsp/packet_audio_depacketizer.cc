// SPDX-License-Identifier: Apache-2.0
// Sound with one sample a packet: G.711 (RFC 3551, 4.5.14) and Opus (RFC 7587).
#include <array>
#include <utility>

#include "capture/rtsp/depacketizer.h"

namespace candor::rtsp {
namespace {

constexpr std::uint32_t kOpusRate = 48000;
constexpr std::uint32_t kOpusPacketTicksMax = kOpusRate * 120 / 1000;
class PacketAudioDepacketizer final : public Depacketizer {
 public:
  PacketAudioDepacketizer(const SdpTrack& track, Output output) : output_(std::move(output)) {
    auto format = std::make_shared<MediaFormat>();
    format->kind = MediaKind::kAudio;
    format->codec = track.codec;
    format->timescale = track.clock_rate;
    format->sample_rate = track.clock_rate;
    format->channels = track.channels;
    if (track.codec == Codec::kOpus) {
      format->codec_config = opus_head(track.channels);
    }
    format_ = std::move(format);
  }

  void push(const RtpPacket& packet, std::uint32_t lost) override {
    lost_ += lost;
    const std::uint32_t duration = duration_of(packet.payload);
    if (duration == 0) {
      ++lost_;
      return;
    }
    AccessUnit unit;
    unit.format = format_;
    unit.data.assign(packet.payload.begin(), packet.payload.end());
    unit.timestamp = packet.timestamp;
    unit.duration = duration;
    unit.sync = true;
    unit.lost_packets = std::exchange(lost_, 0);
    output_(std::move(unit));
  }

 private:
  // Ticks; 0 when the packet is none.
  [[nodiscard]] std::uint32_t duration_of(ByteView payload) const {
    if (format_->codec == Codec::kOpus) {
      return opus_duration(payload);
    }
    const bool is_whole = payload.size() % format_->channels == 0;
    return is_whole ? static_cast<std::uint32_t>(payload.size() / format_->channels) : 0;
  }

  Output output_;
  MediaFormatPtr format_;
  std::uint32_t lost_ = 0;
};

}  // namespace

Bytes opus_head(std::uint32_t channels) {
  constexpr std::uint8_t kVersion = 1;
  const auto count = static_cast<std::uint8_t>(channels);
  // Little-endian: pre-skip 0, 48000 Hz, gain 0, mapping family 0.
  return {'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', kVersion, count, 0, 0, 0x80, 0xBB, 0, 0, 0, 0, 0};
}

std::uint32_t opus_duration(ByteView packet) {
  // Ticks of a frame for each of the 32 configurations in groups of four, RFC 6716, 3.1.
  constexpr std::array<std::array<std::uint32_t, 4>, 8> kFrameTicks = {{{480, 960, 1920, 2880},
                                                                        {480, 960, 1920, 2880},
                                                                        {480, 960, 1920, 2880},
                                                                        {480, 960, 480, 960},
                                                                        {120, 240, 480, 960},
                                                                        {120, 240, 480, 960},
                                                                        {120, 240, 480, 960},
                                                                        {120, 240, 480, 960}}};
  if (packet.empty()) {
    return 0;
  }
  const std::uint32_t configuration = packet[0] >> 3;
  const std::uint32_t frame = kFrameTicks.at(configuration / 4).at(configuration % 4);
  std::uint32_t frames = 1;
  switch (packet[0] & 3) {
    case 0:
      break;
    case 3:
      frames = packet.size() > 1 ? packet[1] & 0x3FU : 0;
      break;
    default:
      frames = 2;
  }
  return frame * frames <= kOpusPacketTicksMax ? frame * frames : 0;
}

std::unique_ptr<Depacketizer> make_packet_audio_depacketizer(const SdpTrack& track,
                                                             Depacketizer::Output output) {
  return std::make_unique<PacketAudioDepacketizer>(track, std::move(output));
}

}  // namespace candor::rtsp
