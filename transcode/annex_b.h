// SPDX-License-Identifier: Apache-2.0
// NAL units behind start codes, as encoders write them, to the form of MP4.
#pragma once

#include <vector>

#include "core/bytes.h"

namespace candor::transcode {

/// The NAL units between start codes. Source: ITU-T H.264, annex B.
[[nodiscard]] std::vector<ByteView> split_annex_b(ByteView stream);

/// Each NAL unit behind its length of four bytes; parameter sets are left out.
[[nodiscard]] Bytes with_lengths(const std::vector<ByteView>& nals);

/// avcC of the first SPS and PPS among the units, Baseline or Main; empty without both.
/// Source: ISO/IEC 14496-15, 5.3.3.1.
[[nodiscard]] Bytes avcc_of(const std::vector<ByteView>& nals);

}  // namespace candor::transcode
