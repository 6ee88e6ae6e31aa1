// SPDX-License-Identifier: Apache-2.0
// One stream of a feed in a codec that browsers play, made from one that they do not: G.711 to AAC,
// H.265 to H.264. It decodes foreign bytes: it runs in a process of its own (sandbox.h).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/bytes.h"
#include "core/media.h"
#include "core/result.h"

namespace candor::transcode {

/// One sample on its way in or out. Times are ticks since 1970 UTC of the timescale that belongs to
/// it.
struct CodedSample {
  Bytes data;
  std::int64_t decode_time = 0;
  std::int32_t composition_offset = 0;
  std::int64_t duration = 0;
  bool sync = false;
};

/// One thread.
class Transcoder {
 public:
  virtual ~Transcoder() = default;
  /// Of what comes out; complete from the beginning.
  [[nodiscard]] virtual const MediaFormatPtr& format() const = 0;
  /// What one sample gives: none, one or several. What cannot be decoded gives nothing.
  /// Errors: kInternal  the encoder failed.
  [[nodiscard]] virtual Result<std::vector<CodedSample>> take(const CodedSample& sample) = 0;
};

enum class Target : std::uint8_t { kAac, kH264 };

/// The transcoder for a stream with this init segment. `height_max`: of the picture, larger ones
/// are made smaller. Errors: kInvalidArgument  not an init segment of one track; kUnsupported  no
/// decoder.
[[nodiscard]] Result<std::unique_ptr<Transcoder>> make_transcoder(ByteView init, Target target,
                                                                  int height_max);

}  // namespace candor::transcode
