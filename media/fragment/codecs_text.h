// SPDX-License-Identifier: Apache-2.0
// What browsers call a format: the codecs parameter of RFC 6381.
#pragma once

#include <string>

#include "core/media.h"
#include "core/result.h"

namespace candor::media {

/// "avc1.640028", "hvc1.1.6.L93.B0", "mp4a.40.2", "opus", "alaw", "ulaw".
/// Errors: kInvalidArgument  codec_config is too short or in Annex B form.
/// Source: RFC 6381, 3.3; ISO/IEC 14496-15, annex E.
[[nodiscard]] Result<std::string> codecs_text(const MediaFormat& format);

}  // namespace candor::media
