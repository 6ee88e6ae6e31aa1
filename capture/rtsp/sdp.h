// SPDX-License-Identifier: Apache-2.0
// The session description of a camera (RFC 8866): which tracks it offers and how they are packed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/media.h"
#include "core/result.h"

namespace candor::rtsp {

/// A track that can be recorded.
struct SdpTrack {
  Codec codec = Codec::kH264;
  std::uint8_t payload_type = 0;
  std::uint32_t clock_rate = 0;
  std::string control{};                // Absolute, or relative to the base.
  std::uint32_t channels = 1;           // Opus, G.711.
  std::vector<Bytes> parameter_sets{};  // H.264: SPS and PPS; H.265: VPS, SPS and PPS.
  Bytes audio_config{};                 // AAC: AudioSpecificConfig.
  std::uint32_t size_length = 13;       // AAC (RFC 3640): bits of AU-size, AU-Index.
  std::uint32_t index_length = 3;

  [[nodiscard]] MediaKind kind() const { return kind_of(codec); }
};

struct Sdp {
  std::vector<SdpTrack> tracks;  // At most one of each kind: the first that can be recorded.
  std::string control;           // Of the whole session; "*" or empty: the URL itself.
  std::string others;            // What else is offered, for the error sentence: "JPEG, G726-32".
};

/// Shape: at most 64 KiB. Errors: kUnsupported when nothing can be recorded, naming what is
/// offered.
[[nodiscard]] Result<Sdp> parse_sdp(std::string_view text);

/// Base64 without line breaks; empty for anything else.
[[nodiscard]] Bytes decode_base64(std::string_view text);

/// The absolute URL of a control attribute.
[[nodiscard]] std::string resolve_control(std::string_view base, std::string_view control);

}  // namespace candor::rtsp
