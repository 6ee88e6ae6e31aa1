// SPDX-License-Identifier: Apache-2.0
#include "capture/rtsp/video_depacketizer.h"

#include <algorithm>
#include <utility>

#include "core/big_endian.h"

namespace candor::rtsp {
namespace {

constexpr std::size_t kUnitBytesMax = std::size_t{16} << 20;
constexpr std::size_t kParameterSetBytesMax = 0xFFFF;  // avcC and hvcC have 16 bits for it.
constexpr std::size_t kParameterSetBytesMin = 4;
constexpr std::size_t kFirstReserve = 64 * 1024;
constexpr std::size_t kLengthBytes = 4;

}  // namespace

void VideoDepacketizer::push(const RtpPacket& packet, std::uint32_t lost) {
  // Missing packets may belong to the unit before, to this one or to both: neither is vouched for.
  is_damaged_ = is_damaged_ || lost > 0;
  if (has_unit_ && packet.timestamp != timestamp_) {
    finish();  // The marker was lost, or is never sent.
  }
  is_damaged_ = is_damaged_ || lost > 0;
  lost_ += lost;
  timestamp_ = packet.timestamp;
  has_unit_ = true;
  if (!packet.payload.empty()) {
    take_payload(packet.payload);
  }
  if (packet.marker) {
    finish();
  }
}

void VideoDepacketizer::take_whole(ByteView nal) {
  begin_nal(nal);
  end_nal();
}

void VideoDepacketizer::take_aggregate(ByteView rest) {
  while (rest.size() > 2) {
    const std::size_t size = get_be<std::uint16_t>(rest.data());
    if (size == 0 || size + 2 > rest.size()) {
      is_damaged_ = true;
      return;
    }
    take_whole(rest.subspan(2, size));
    rest = rest.subspan(size + 2);
  }
}

void VideoDepacketizer::take_fragment(bool is_start, bool is_end, ByteView header, ByteView piece) {
  if (is_start) {
    begin_nal(header);
  } else if (!in_nal_) {
    is_damaged_ = true;
    return;
  }
  append(piece);
  if (is_end) {
    end_nal();
  }
}

void VideoDepacketizer::begin_nal(ByteView header) {
  if (in_nal_) {
    is_damaged_ = true;  // The fragment before has no end.
    end_nal();
  }
  in_nal_ = true;
  nal_begin_ = data_.size();
  if (data_.capacity() == 0) {
    data_.reserve(std::max(kFirstReserve, last_size_ + last_size_ / 4));
  }
  data_.insert(data_.end(), kLengthBytes, 0);
  append(header);
}

void VideoDepacketizer::append(ByteView bytes) {
  if (data_.size() + bytes.size() > kUnitBytesMax) {
    is_damaged_ = true;
    return;
  }
  data_.insert(data_.end(), bytes.begin(), bytes.end());
}

void VideoDepacketizer::end_nal() {
  in_nal_ = false;
  const ByteView nal = ByteView(data_).subspan(nal_begin_ + kLengthBytes);
  const Use use = nal.empty() ? Use::kDrop : use_of(nal);
  if (use == Use::kDrop) {
    data_.resize(nal_begin_);
    return;
  }
  put_be(&data_[nal_begin_], static_cast<std::uint32_t>(nal.size()));
  is_sync_ = is_sync_ || use == Use::kSync;
}

void VideoDepacketizer::keep_parameter_set(ByteView set, Bytes& known) {
  if (set.size() >= kParameterSetBytesMin && set.size() <= kParameterSetBytesMax &&
      !std::equal(set.begin(), set.end(), known.begin(), known.end())) {
    known.assign(set.begin(), set.end());
    is_format_old_ = true;
  }
}

void VideoDepacketizer::finish() {
  has_unit_ = false;
  if (in_nal_) {
    is_damaged_ = true;
    in_nal_ = false;
  }
  // New parameter sets take effect where decoding can start.
  if (is_format_old_ && (is_sync_ || format_ == nullptr)) {
    is_format_old_ = false;
    if (MediaFormatPtr format = make_format(); format != nullptr) {
      format_ = std::move(format);
    }
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
  unit.reorder = reorder_depth();
  unit.sync = is_sync;
  unit.lost_packets = std::exchange(lost_, 0);
  output_(std::move(unit));
}

}  // namespace candor::rtsp
