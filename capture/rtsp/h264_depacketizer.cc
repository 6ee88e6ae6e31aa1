// SPDX-License-Identifier: Apache-2.0
// RFC 6184: single NAL units, STAP-A and FU-A.
#include <array>
#include <utility>

#include "capture/rtsp/sequence_facts.h"
#include "capture/rtsp/video_depacketizer.h"

namespace candor::rtsp {
namespace {

constexpr std::uint8_t kIdr = 5;
constexpr std::uint8_t kSps = 7;
constexpr std::uint8_t kPps = 8;
constexpr std::uint8_t kDelimiter = 9;
constexpr std::uint8_t kStapA = 24;
constexpr std::uint8_t kFuA = 28;

class H264Depacketizer final : public VideoDepacketizer {
 public:
  H264Depacketizer(const SdpTrack& track, Output output) : VideoDepacketizer(std::move(output)) {
    for (const Bytes& set : track.parameter_sets) {
      take_parameter_set(set);
    }
  }

 private:
  void take_payload(ByteView payload) override {
    const std::uint8_t type = payload[0] & 0x1F;
    if (type == kFuA && payload.size() >= 3) {
      const std::array header = {
          static_cast<std::uint8_t>((payload[0] & 0xE0) | (payload[1] & 0x1F))};
      take_fragment((payload[1] & 0x80) != 0, (payload[1] & 0x40) != 0, header, payload.subspan(2));
    } else if (type == kStapA) {
      take_aggregate(payload.subspan(1));
    } else if (type >= 1 && type < kStapA) {
      take_whole(payload);
    } else {
      set_damaged();  // Interleaved modes: no camera was asked for them.
    }
  }

  Use use_of(ByteView nal) override {
    const std::uint8_t type = nal[0] & 0x1F;
    if (type == kDelimiter) {
      return Use::kDrop;
    }
    take_parameter_set(nal);
    return type == kIdr ? Use::kSync : Use::kKeep;
  }

  void take_parameter_set(ByteView set) {
    const std::uint8_t type = set.empty() ? 0 : set[0] & 0x1F;
    if (type == kSps || type == kPps) {
      keep_parameter_set(set, type == kSps ? sps_ : pps_);
    }
    if (type == kSps) {
      facts_ = read_h264_sequence(sps_);
    }
  }

  [[nodiscard]] MediaFormatPtr make_format() const override {
    if (!facts_.has_value() || pps_.empty()) {
      return nullptr;
    }
    auto format = std::make_shared<MediaFormat>();
    format->kind = MediaKind::kVideo;
    format->codec = Codec::kH264;
    format->timescale = kVideoClockRate;
    format->width = facts_->width;
    format->height = facts_->height;
    format->codec_config = make_avcc(sps_, pps_);
    return format;
  }

  [[nodiscard]] ReorderDepth reorder_depth() const override {
    return facts_.has_value() ? facts_->reorder_frames : std::nullopt;
  }

  Bytes sps_;
  Bytes pps_;
  std::optional<SequenceFacts> facts_;
};

}  // namespace

std::unique_ptr<Depacketizer> make_h264_depacketizer(const SdpTrack& track,
                                                     Depacketizer::Output output) {
  return std::make_unique<H264Depacketizer>(track, std::move(output));
}

}  // namespace candor::rtsp
