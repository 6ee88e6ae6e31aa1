// SPDX-License-Identifier: Apache-2.0
// Owned and borrowed bytes, and their hexadecimal form.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace candor {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Lower-case hexadecimal, two characters a byte.
[[nodiscard]] std::string to_hex(ByteView bytes);

/// Errors: kInvalidArgument for an odd length or a character outside 0-9, a-f, A-F.
[[nodiscard]] Result<Bytes> from_hex(std::string_view hex);

}  // namespace candor
