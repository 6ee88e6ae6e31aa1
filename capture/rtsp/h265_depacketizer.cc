// SPDX-License-Identifier: Apache-2.0
// RFC 7798: single NAL units, aggregation packets and fragmentation units, without DONL.
#include <array>
#include <utility>

#include "capture/rtsp/sequence_facts.h"
#include "capture/rtsp/video_depacketizer.h"

namespace candor::rtsp {
namespace {

constexpr std::uint8_t kFirstIrap = 16;
constexpr std::uint8_t kLastIrap = 23;
constexpr std::uint8_t kVps = 32;
constexpr std::uint8_t kSps = 33;
constexpr std::uint8_t kPps = 34;
constexpr std::uint8_t kDelimiter = 35;
constexpr std::uint8_t kAggregate = 48;
constexpr std::uint8_t kFragment = 49;
constexpr std::size_t kHeaderBytes = 2;

std::uint8_t type_of(ByteView nal) { return nal[0] >> 1 & 0x3F; }

class H265Depacketizer final : public VideoDepacketizer {
 public:
  H265Depacketizer(const SdpTrack& track, Output output) : VideoDepacketizer(std::move(output)) {
    for (const Bytes& set : track.parameter_sets) {
      if (set.size() > kHeaderBytes) {
        take_parameter_set(set);
      }
    }
  }

 private:
  void take_payload(ByteView payload) override {
    if (payload.size() <= kHeaderBytes) {
      set_damaged();
      return;
    }
    const std::uint8_t type = type_of(payload);
    if (type == kFragment) {
      const std::uint8_t fu = payload[2];
      const std::array header = {static_cast<std::uint8_t>((payload[0] & 0x81) | (fu & 0x3F) << 1),
                                 payload[1]};
      take_fragment((fu & 0x80) != 0, (fu & 0x40) != 0, header, payload.subspan(3));
    } else if (type == kAggregate) {
      take_aggregate(payload.subspan(kHeaderBytes));
    } else if (type < kAggregate) {
      take_whole(payload);
    } else {
      set_damaged();  // PACI and unassigned types.
    }
  }

  Use use_of(ByteView nal) override {
    if (nal.size() <= kHeaderBytes || type_of(nal) == kDelimiter) {
      return Use::kDrop;
    }
    take_parameter_set(nal);
    const std::uint8_t type = type_of(nal);
    return type >= kFirstIrap && type <= kLastIrap ? Use::kSync : Use::kKeep;
  }

  void take_parameter_set(ByteView set) {
    switch (type_of(set)) {
      case kVps:
        keep_parameter_set(set, vps_);
        break;
      case kSps:
        keep_parameter_set(set, sps_);
        facts_ = read_h265_sequence(sps_);
        break;
      case kPps:
        keep_parameter_set(set, pps_);
        break;
      default:
        break;
    }
  }

  [[nodiscard]] MediaFormatPtr make_format() const override {
    if (!facts_.has_value() || vps_.empty() || pps_.empty()) {
      return nullptr;
    }
    auto format = std::make_shared<MediaFormat>();
    format->kind = MediaKind::kVideo;
    format->codec = Codec::kH265;
    format->timescale = kVideoClockRate;
    format->width = facts_->width;
    format->height = facts_->height;
    format->codec_config = make_hvcc(vps_, sps_, pps_);
    return format;
  }

  [[nodiscard]] ReorderDepth reorder_depth() const override {
    return facts_.has_value() ? facts_->reorder_frames : std::nullopt;
  }

  Bytes vps_;
  Bytes sps_;
  Bytes pps_;
  std::optional<SequenceFacts> facts_;
};

}  // namespace

std::unique_ptr<Depacketizer> make_h265_depacketizer(const SdpTrack& track,
                                                     Depacketizer::Output output) {
  return std::make_unique<H265Depacketizer>(track, std::move(output));
}

}  // namespace candor::rtsp
