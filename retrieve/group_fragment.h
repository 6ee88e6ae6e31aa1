// SPDX-License-Identifier: Apache-2.0
// Many chunks made one fragment of the same length. Players seek by fragments, and some read those
// that the index box does not name twice (docs/design/retrieval.md).
#pragma once

#include <cstdint>

#include "core/bytes.h"
#include "core/result.h"

namespace candor::retrieve {

/// `chunks` (prft, moof, mdat one after another, all of one track) as `moof free mdat` with exactly
/// as many bytes: every sample with its size, duration, flags and composition offset, `base` taken
/// off the decode time. Where a chunk does not begin at the end of the one before, the last sample
/// of that lasts until then.
///
/// Thread: any. Errors: kDataLoss  the chunks are not as the recorder writes them.
[[nodiscard]] Result<Bytes> one_fragment(ByteView chunks, std::int64_t base);

}  // namespace candor::retrieve
