// SPDX-License-Identifier: Apache-2.0
// RFC 6184: single NAL units, STAP-A and FU-A.
#include <algorithm>
#include <utility>

#include "capture/rtsp/depacketizer.h"
#include "capture/rtsp/sps.h"
#include "core/big_endian.h"

namespace candor::rtsp {
namespace {

constexpr std::uint8_t kIdr = 5;
constexpr std::uint8_t kSps = 7;
constexpr std::uint8_t kPps = 8;
constexpr std::uint8_t kDelimiter = 9;
constexpr std::uint8_t kStapA = 24;
constexpr std::uint8_t kFuA = 28;
constexpr std::size_t kUnitBytesMax = std::size_t{16} << 20;
constexpr std::size_t kParameterSetBytesMax = 0xFFFF;  // avcC has 16 bits for it.
constexpr std::size_t kFirstReserve = 64 * 1024;

class H264Depacketizer final : public Depacketizer {
 public:
  H264Depacketizer(const SdpTrack& track, Output output) : output_(std::move(output)) {
    for (const Bytes& set : track.parameter_sets) {
      take_parameter_set(set);
    }
  }

  void push(const RtpPacket& packet, std::uint32_t lost) override {
    // Missing packets may belong to the unit before, to this one or to both: neither is vouched
    // for.
    is_damaged_ = is_damaged_ || lost > 0;
    if (has_unit_ && packet.timestamp != timestamp_) {
      finish();  // The marker was lost, or is never sent.
    }
    is_damaged_ = is_damaged_ || lost > 0;
    lost_ += lost;
    timestamp_ = packet.timestamp;
    has_unit_ = true;
    take_payload(packet.payload);
    if (packet.marker) {
      finish();
    }
  }

 private:
  void take_payload(ByteView payload) {
    if (payload.empty()) {
      return;
    }
    const std::uint8_t type = payload[0] & 0x1F;
    if (type == kFuA) {
      take_fragment(payload);
    } else if (type == kStapA) {
      take_aggregate(payload.subspan(1));
    } else if (type >= 1 && type < kStapA) {
      begin_nal(payload[0]);
      append(payload);
      end_nal();
    } else {
      is_damaged_ = true;  // Interleaved modes: no camera was asked for them.
    }
  }

  void take_aggregate(ByteView rest) {
    while (rest.size() > 2) {
      const std::size_t size = get_be<std::uint16_t>(rest.data());
      if (size == 0 || size + 2 > rest.size()) {
        is_damaged_ = true;
        return;
      }
      begin_nal(rest[2]);
      append(rest.subspan(2, size));
      end_nal();
      rest = rest.subspan(size + 2);
    }
  }

  void take_fragment(ByteView payload) {
    if (payload.size() < 3) {
      is_damaged_ = true;
      return;
    }
    const bool is_start = (payload[1] & 0x80) != 0;
    const bool is_end = (payload[1] & 0x40) != 0;
    if (is_start) {
      const auto header = static_cast<std::uint8_t>((payload[0] & 0xE0) | (payload[1] & 0x1F));
      begin_nal(header);
      append({&header, 1});
    } else if (!in_nal_) {
      is_damaged_ = true;
      return;
    }
    append(payload.subspan(2));
    if (is_end) {
      end_nal();
    }
  }

  void begin_nal(std::uint8_t header) {
    if (in_nal_) {
      is_damaged_ = true;  // The fragment before has no end.
      end_nal();
    }
    in_nal_ = true;
    nal_type_ = header & 0x1F;
    nal_begin_ = data_.size();
    if (data_.capacity() == 0) {
      data_.reserve(std::max(kFirstReserve, last_size_ + last_size_ / 4));
    }
    data_.insert(data_.end(), 4, 0);
  }

  void append(ByteView bytes) {
    if (data_.size() + bytes.size() > kUnitBytesMax) {
      is_damaged_ = true;
      return;
    }
    data_.insert(data_.end(), bytes.begin(), bytes.end());
  }

  void end_nal() {
    in_nal_ = false;
    const std::size_t size = data_.size() - nal_begin_ - 4;
    if (nal_type_ == kDelimiter || size == 0) {
      data_.resize(nal_begin_);
      return;
    }
    put_be(&data_[nal_begin_], static_cast<std::uint32_t>(size));
    if (nal_type_ == kSps || nal_type_ == kPps) {
      take_parameter_set(ByteView(data_).subspan(nal_begin_ + 4));
    }
    is_sync_ = is_sync_ || nal_type_ == kIdr;
  }

  void take_parameter_set(ByteView set) {
    if (set.size() < 4 || set.size() > kParameterSetBytesMax) {
      return;
    }
    Bytes& known = (set[0] & 0x1F) == kSps ? sps_ : pps_;
    if (!std::equal(set.begin(), set.end(), known.begin(), known.end())) {
      known.assign(set.begin(), set.end());
      is_format_old_ = true;
    }
  }

  // The format of what follows; null while parameter sets are missing.
  void renew_format() {
    is_format_old_ = false;
    const auto size = picture_size(sps_);
    if (!size.has_value() || pps_.empty()) {
      return;
    }
    auto format = std::make_shared<MediaFormat>();
    format->kind = MediaKind::kVideo;
    format->codec = Codec::kH264;
    format->timescale = 90000;
    format->width = size->width;
    format->height = size->height;
    format->codec_config = make_avcc(sps_, pps_);
    format_ = std::move(format);
  }

  void finish() {
    has_unit_ = false;
    if (in_nal_) {
      is_damaged_ = true;
      in_nal_ = false;
    }
    // New parameter sets take effect where decoding can start.
    if (is_format_old_ && (is_sync_ || format_ == nullptr)) {
      renew_format();
    }
    Bytes data = std::exchange(data_, {});
    const bool is_sync = std::exchange(is_sync_, false);
    if (std::exchange(is_damaged_, false)) {
      lost_ = std::max(lost_, 1U);  // The next one says that something is missing before it.
      return;
    }
    if (data.empty() || format_ == nullptr) {
      return;
    }
    last_size_ = data.size();
    AccessUnit unit;
    unit.format = format_;
    unit.data = std::move(data);
    unit.timestamp = timestamp_;
    unit.sync = is_sync;
    unit.lost_packets = std::exchange(lost_, 0);
    output_(std::move(unit));
  }

  Output output_;
  MediaFormatPtr format_;
  Bytes sps_;
  Bytes pps_;
  Bytes data_;
  std::size_t last_size_ = 0;
  std::size_t nal_begin_ = 0;
  std::uint8_t nal_type_ = 0;
  std::uint32_t timestamp_ = 0;
  std::uint32_t lost_ = 0;
  bool has_unit_ = false;
  bool in_nal_ = false;
  bool is_sync_ = false;
  bool is_damaged_ = false;
  bool is_format_old_ = false;
};

}  // namespace

std::unique_ptr<Depacketizer> make_h264_depacketizer(const SdpTrack& track,
                                                     Depacketizer::Output output) {
  return std::make_unique<H264Depacketizer>(track, std::move(output));
}

}  // namespace candor::rtsp
