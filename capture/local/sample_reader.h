// SPDX-License-Identifier: Apache-2.0
// What leaves a pipeline, in the words of core/media.h. Internal to this folder.
#pragma once

#include <cstdint>
#include <optional>

#include "capture/local/gst.h"
#include "capture/rtsp/decode_order.h"
#include "core/media.h"

namespace candor::local {

/// The format that the caps of a track stand for.
/// Errors: kUnsupported  the caps lack what a decoder needs.
[[nodiscard]] Result<MediaFormatPtr> format_of(Codec codec, const GstCaps& caps);

/// One sample with its running time. `sample.arrival` and `sample.capture` are the caller's.
struct ReadSample {
  Sample sample;
  std::int64_t decode_ns = 0;
  std::int64_t duration_ns = 0;  // 0 when nothing says so.
};

/// One track of one try. One thread: the source's.
class SampleReader {
 public:
  explicit SampleReader(Codec codec) : codec_(codec) {}

  /// `offset_ns` is added to all times: where the present playing of a file began.
  /// Errors: kUnsupported, kDataLoss; the track is unusable then.
  [[nodiscard]] Result<ReadSample> read(GstSample* taken, std::int64_t offset_ns);
  /// The times begin again: no frame is in order with one before.
  void restart() { is_restarted_ = true; }

 private:
  struct Times {
    std::int64_t decode_ns = 0;
    std::int64_t presentation_ns = 0;
  };

  [[nodiscard]] Result<void> take_caps(GstCaps* caps);
  [[nodiscard]] Result<void> fill(GstBuffer* buffer, Sample& sample) const;
  [[nodiscard]] std::optional<Times> times_of(GstSample* taken);

  const Codec codec_;
  CapsPtr caps_;
  MediaFormatPtr format_;
  std::size_t length_bytes_ = 4;
  std::optional<std::uint32_t> reorder_frames_;
  rtsp::DecodeOrder decode_order_;
  bool is_restarted_ = false;
};

}  // namespace candor::local
