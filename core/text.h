// SPDX-License-Identifier: Apache-2.0
// Text of strangers (a camera's status line, a reason typed by a person) made fit for logs and
// JSON.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace candor {

/// The text as UTF-8 of at most `bytes_max` bytes, cut between characters: control characters
/// become blanks, bytes that are no UTF-8 become '?'. Cameras answer in GBK, too.
[[nodiscard]] std::string plain_text(std::string_view text, std::size_t bytes_max);

/// True if the whole text is well-formed UTF-8 (Unicode 15, table 3-7); the empty text is.
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace candor
