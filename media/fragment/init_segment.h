// SPDX-License-Identifier: Apache-2.0
// The init segment (ftyp, moov) of a format, written by libavformat, and its RFC 6381 codecs
// string.
#pragma once

#include "core/media.h"
#include "core/result.h"

namespace candor::media {

/// Builds the init segment of `format`; the same format gives the same bytes.
///
/// Thread: any. Errors: kInvalidArgument  codec_config is too short or in Annex B form;
///                      kInternal         libavformat refused it (the sentence carries its reason).
[[nodiscard]] Result<InitSegmentPtr> make_init_segment(const MediaFormatPtr& format);

}  // namespace candor::media
