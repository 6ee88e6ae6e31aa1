// SPDX-License-Identifier: Apache-2.0
#include "core/media.h"

#include <array>

namespace candor {
namespace {

constexpr std::array<std::string_view, 6> kCodecNames = {"H.264", "H.265",       "AAC",
                                                         "Opus",  "G.711 A-law", "G.711 mu-law"};

}  // namespace

std::string_view to_string(MediaKind kind) { return kind == MediaKind::kVideo ? "video" : "audio"; }

std::string_view to_string(Codec codec) { return kCodecNames.at(static_cast<std::size_t>(codec)); }

MediaKind kind_of(Codec codec) {
  return codec == Codec::kH264 || codec == Codec::kH265 ? MediaKind::kVideo : MediaKind::kAudio;
}

}  // namespace candor
