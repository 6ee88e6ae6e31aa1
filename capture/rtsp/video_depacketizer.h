// SPDX-License-Identifier: Apache-2.0
// What H.264 and H.265 have in common: NAL units, whole or in fragments, put together into access
// units. How a payload names its NAL units is h264_depacketizer.cc's and h265_depacketizer.cc's.
#pragma once

#include <cstdint>

#include "capture/rtsp/depacketizer.h"

namespace candor::rtsp {

/// One thread: the source's.
class VideoDepacketizer : public Depacketizer {
 public:
  void push(const RtpPacket& packet, std::uint32_t lost) final;

 protected:
  /// What becomes of a NAL unit.
  enum class Use : std::uint8_t { kDrop, kKeep, kSync };

  explicit VideoDepacketizer(Output output) : output_(std::move(output)) {}

  /// Takes the payload of one packet apart, by the calls below.
  virtual void take_payload(ByteView payload) = 0;
  /// A whole NAL unit is there.
  [[nodiscard]] virtual Use use_of(ByteView nal) = 0;
  /// What follows, by the parameter sets known; null while some are missing.
  [[nodiscard]] virtual MediaFormatPtr make_format() const = 0;
  [[nodiscard]] virtual ReorderDepth reorder_depth() const = 0;

  void take_whole(ByteView nal);
  /// NAL units one after another, each behind its length of two bytes.
  void take_aggregate(ByteView rest);
  /// A piece; `header` is that of the NAL unit it belongs to.
  void take_fragment(bool is_start, bool is_end, ByteView header, ByteView piece);
  void set_damaged() { is_damaged_ = true; }

  /// Keeps a parameter set in `known`; a new one makes a new format where decoding can start.
  void keep_parameter_set(ByteView set, Bytes& known);

 private:
  void begin_nal(ByteView header);
  void append(ByteView bytes);
  void end_nal();
  void finish();

  Output output_;
  MediaFormatPtr format_;
  Bytes data_;
  std::size_t last_size_ = 0;
  std::size_t nal_begin_ = 0;
  std::uint32_t timestamp_ = 0;
  std::uint32_t lost_ = 0;
  bool has_unit_ = false;
  bool in_nal_ = false;
  bool is_sync_ = false;
  bool is_damaged_ = false;
  bool is_format_old_ = false;
};

}  // namespace candor::rtsp
