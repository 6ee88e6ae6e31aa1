// SPDX-License-Identifier: Apache-2.0
// Access units as they lie in an MP4 file or leave an encoder, in the form of core/media.h.
#pragma once

#include "core/media.h"
#include "core/result.h"

namespace candor::local {

/// An access unit in the form of Sample::data.
struct AccessUnit {
  Bytes data;  // NAL units with lengths of four bytes, no AUD.
  bool sync = false;
};

/// Bytes of the length before each NAL unit, as the avcC or hvcC says.
/// Errors: kDataLoss  the record is too short.
[[nodiscard]] Result<std::size_t> length_bytes_of(Codec codec, ByteView config);
/// The same record, saying four.
[[nodiscard]] Bytes with_four_length_bytes(Codec codec, ByteView config);

/// Shape: `unit` is NAL units, each behind `length_bytes` (1 to 4) bytes of length.
/// Errors: kDataLoss  a length points outside.
/// Source: ISO/IEC 14496-15, 5.3.2; ITU-T H.264, 7.4.1.2; H.265, 7.4.2.2.
[[nodiscard]] Result<AccessUnit> read_access_unit(Codec codec, ByteView unit,
                                                  std::size_t length_bytes);

}  // namespace candor::local
