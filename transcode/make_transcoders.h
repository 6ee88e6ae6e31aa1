// SPDX-License-Identifier: Apache-2.0
// The two kinds of transcoder, for make_transcoder().
#pragma once

#include <memory>

#include "transcode/source_parameters.h"
#include "transcode/transcoder.h"

namespace candor::transcode {

/// To AAC. Errors: kUnsupported; kInternal.
[[nodiscard]] Result<std::unique_ptr<Transcoder>> make_sound_transcoder(
    const SourceParameters& source);

/// To H.264, Baseline, no frame held back. Errors: kUnsupported; kInternal.
[[nodiscard]] Result<std::unique_ptr<Transcoder>> make_picture_transcoder(
    const SourceParameters& source, int height_max);

}  // namespace candor::transcode
