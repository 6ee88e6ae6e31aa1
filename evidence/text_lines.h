// SPDX-License-Identifier: Apache-2.0
// What notes, checkpoints, requests and policies are made of: lines, decimal numbers, digests in
// base64. One reading each.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "evidence/digest.h"

namespace candor::evidence {

/// The largest tree size and time of the C2SP formats.
inline constexpr std::uint64_t kNumberMax = std::numeric_limits<std::int64_t>::max();

/// Takes the text up to the next newline off the front, and the newline with it; nothing, and the
/// text stays as it is, if no newline follows.
[[nodiscard]] std::optional<std::string_view> take_line(std::string_view& text);

/// ASCII digits without sign and without leading zeros, "0" to kNumberMax; else nothing.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text);

/// A SHA-256 digest in 44 characters of base64.
/// Errors: kInvalidArgument  no base64, or not 32 bytes.
[[nodiscard]] Result<Digest> parse_digest(std::string_view text);

/// The start of a line that was refused, short and plain, for the error's sentence.
[[nodiscard]] std::string quoted(std::string_view line);

}  // namespace candor::evidence
