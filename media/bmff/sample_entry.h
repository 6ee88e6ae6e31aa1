// SPDX-License-Identifier: Apache-2.0
// Sample entries that libavformat does not write: G.711 as it came from the camera. Everything else
// of an init segment is media/fragment's.
#pragma once

#include <cstdint>

#include "core/bytes.h"
#include "core/media.h"
#include "core/result.h"

namespace candor::bmff {

/// An AudioSampleEntry `alaw` or `ulaw` without child boxes.
///
/// Shape: `codec` is kAlaw or kUlaw; at most 65535 Hz.
/// Source: ISO/IEC 14496-12, 12.2.3; the types are those of QuickTime, which players know.
[[nodiscard]] Bytes g711_sample_entry(const MediaFormat& format);

/// The init segment with `entry` in the place of its only sample entry, all sizes made right.
/// Errors: kInvalidArgument  no moov/trak/mdia/minf/stbl/stsd in it.
[[nodiscard]] Result<Bytes> with_sample_entry(ByteView init, ByteView entry);

}  // namespace candor::bmff
