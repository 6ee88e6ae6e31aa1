// SPDX-License-Identifier: Apache-2.0
// Messages of a room's feed (docs/design/link.md, "Feed") over a pipe or socket, each behind its
// length. What they mean is known elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/bytes.h"
#include "core/result.h"

namespace candor::transcode {

inline constexpr std::size_t kLengthBytes = 4;  // Big-endian.
inline constexpr std::size_t kMessageBytesMax = std::size_t{16} << 20;

/// The next message, none at the end. Blocks.
/// Errors: kDataLoss  a torn message, or one longer than 16 MiB; errno kinds.
[[nodiscard]] Result<std::optional<Bytes>> read_message(int fd);

/// Writes all of it. Blocks. Errors: errno kinds.
[[nodiscard]] Result<void> write_message(int fd, ByteView header, ByteView body);

}  // namespace candor::transcode
