// SPDX-License-Identifier: Apache-2.0
// When the first picture of a stream with B-frames was taken. A camera may send it as late as one
// that waits for others; one that waited for none tells by how much.
#pragma once

#include <functional>
#include <vector>

#include "core/media.h"

namespace candor::rtsp {

/// The pictures of one track. One thread: the source's.
///
/// Where a stream begins and where its clock is new, six pictures or 300 ms are held back; the
/// first leaves with the arrival it would have had with the least delay among them. All others pass
/// as they came.
class ReorderedStart {
 public:
  using Output = std::function<void(Sample)>;
  explicit ReorderedStart(Output output) : output_(std::move(output)) {}

  /// `is_reordered`: the stream has B-frames, or does not say that it has none.
  void push(Sample sample, bool is_reordered);
  /// Hands on what is held back: the stream ends.
  void flush();

 private:
  Output output_;
  std::vector<Sample> held_;
  bool is_started_ = false;
};

}  // namespace candor::rtsp
