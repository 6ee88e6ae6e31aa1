// SPDX-License-Identifier: Apache-2.0
// A stream of a feed in, the same stream in another codec out: init segments and chunks as they
// travel (docs/design/link.md, "Feed").
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "transcode/transcoder.h"

namespace candor::transcode {

struct FeedTranscoderOptions {
  Target target = Target::kAac;
  int height_max = 360;
};

/// One stream; one thread.
class FeedTranscoder {
 public:
  explicit FeedTranscoder(FeedTranscoderOptions options) : options_(options) {}

  /// Takes one binary message; gives those that follow from it, headers included, on the same
  /// channel. Errors: kInvalidArgument  not a message of a feed, or a chunk before its init; those
  /// of make_transcoder() and Transcoder::take().
  [[nodiscard]] Result<std::vector<Bytes>> take(ByteView message);

 private:
  [[nodiscard]] Result<std::vector<Bytes>> take_init(ByteView header, ByteView init);
  [[nodiscard]] Result<std::vector<Bytes>> take_chunk(ByteView header, ByteView chunk);

  FeedTranscoderOptions options_;
  std::unique_ptr<Transcoder> transcoder_;
  std::uint32_t sequence_ = 0;
};

}  // namespace candor::transcode
