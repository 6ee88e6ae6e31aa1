// SPDX-License-Identifier: Apache-2.0
// The Range header of a request for media (RFC 9110, 14).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/result.h"

namespace candor::app {

/// Bytes [begin, end) of the file; never empty.
struct ByteSpan {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  friend bool operator==(const ByteSpan&, const ByteSpan&) = default;
};

/// What a `Range` header asks of a file with this size and tag. None: the whole file, because there
/// is no header, one that may be ignored (another unit, several ranges), or `if_range` names other
/// bytes.
///
/// Shape: size at least 1. Errors: kInvalidArgument  outside the file: 416.
[[nodiscard]] Result<std::optional<ByteSpan>> asked_span(std::string_view range,
                                                         std::string_view if_range,
                                                         std::uint64_t size, std::string_view etag);

}  // namespace candor::app
