// SPDX-License-Identifier: Apache-2.0
// The init segment of an answer: the recorded one with an edit list and a duration.
#pragma once

#include <cstdint>

#include "core/bytes.h"
#include "core/result.h"

namespace candor::retrieve {

/// The timeline that the answer's moov describes.
struct AnswerTimeline {
  std::uint32_t timescale = 0;
  std::int64_t media_time = 0;  // Ticks at the start that players must not show.
  std::int64_t end = 0;         // Ticks.
};

/// `init` (ftyp, moov of one track) with elst and mehd put in; all other boxes stay as they are.
/// The length depends on `init` alone.
///
/// Thread: any. Errors: kInvalidArgument  not such an init segment; kUnsupported  several tracks.
/// Source: ISO/IEC 14496-12, 8.6.6 (elst) and 8.8.2 (mehd).
[[nodiscard]] Result<Bytes> playable_init(ByteView init, const AnswerTimeline& timeline);

}  // namespace candor::retrieve
