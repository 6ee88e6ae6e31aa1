// SPDX-License-Identifier: Apache-2.0
// Base64 with one reading: RFC 4648, section 4, padded, no line breaks.
#pragma once

#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/result.h"

namespace candor {

/// Four characters for every three bytes, padded with '='; empty for no bytes.
[[nodiscard]] std::string to_base64(ByteView bytes);

/// The bytes whose to_base64() is exactly this text.
/// Errors: kInvalidArgument for a foreign character, a missing or wrong padding, or bits behind the
///         last byte that are not zero.
[[nodiscard]] Result<Bytes> from_base64(std::string_view text);

}  // namespace candor
