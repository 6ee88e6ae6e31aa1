// SPDX-License-Identifier: Apache-2.0
// Decode times of frames that come in decode order with the time they are shown at: B-frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "capture/rtsp/depacketizer.h"

namespace candor::rtsp {

/// One track of one source. One thread: the source's.
///
/// With a reorder depth of n, the i-th frame decoded has the (i-n)-th of the times in order as its
/// decode time; the first n are set before it by the frame distance. Nothing is held back. A depth
/// that the stream does not tell is learnt: it grows when a frame is shown before it could have
/// been decoded.
class DecodeOrder {
 public:
  struct Placed {
    std::int64_t decode_ticks = 0;  // Grows; a new clock may set it back.
    std::int32_t composition_offset = 0;
  };

  /// `presentation_ticks` on the track's clock; a new clock or a lost frame starts anew.
  [[nodiscard]] Placed place(std::int64_t presentation_ticks, ReorderDepth told, bool is_restarted);

 private:
  [[nodiscard]] std::int64_t before_the_first() const;

  std::size_t depth_ = 0;
  std::vector<std::int64_t> pending_;  // In order; at most depth_ + 1.
  std::int64_t last_ = 0;
  bool is_started_ = false;
};

}  // namespace candor::rtsp
