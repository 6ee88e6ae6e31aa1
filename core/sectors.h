// SPDX-License-Identifier: Apache-2.0
// The traces of a power cut in a file: sectors that were promised by its length and never written.
#pragma once

#include <cstddef>

#include "core/bytes.h"

namespace candor {

/// True when a sector of 512 bytes that holds a part of [begin, end) is zero as a whole, the last
/// one up to the file's end if that is at least `last_bytes_min` long. Nothing that we write has so
/// many zeros at such a place: media is compressed, entries are short of them.
///
/// Shape: `file` from its first byte on, as sectors count from there.
[[nodiscard]] bool has_lost_sector(ByteView file, std::size_t begin, std::size_t end,
                                   std::size_t last_bytes_min);

}  // namespace candor
