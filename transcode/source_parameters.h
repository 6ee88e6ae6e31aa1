// SPDX-License-Identifier: Apache-2.0
// What an init segment says of its one track, as FFmpeg's decoders want it.
#pragma once

#include <cstdint>

#include "core/bytes.h"
#include "core/result.h"
#include "transcode/av.h"

namespace candor::transcode {

struct SourceParameters {
  ParametersPtr codec;
  std::int64_t timescale = 0;
};

/// Errors: kInvalidArgument  not an init segment of one track.
[[nodiscard]] Result<SourceParameters> read_parameters(ByteView init);

/// A decoder that is open, on one thread. Errors: kUnsupported; kInternal.
[[nodiscard]] Result<CodecPtr> open_decoder(const SourceParameters& source);

}  // namespace candor::transcode
