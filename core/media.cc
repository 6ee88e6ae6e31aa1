// SPDX-License-Identifier: Apache-2.0
#include "core/media.h"

namespace candor {
std::string_view to_string(MediaKind kind) { return kind == MediaKind::kVideo ? "video" : "audio"; }
}  // namespace candor
