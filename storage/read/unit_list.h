// SPDX-License-Identifier: Apache-2.0
// The units of one segment as the index keeps them: about ten bytes each (docs/design/index.md,
// "Units"). Files are not touched here.
#pragma once

#include <cstdint>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"

namespace candor::storage {

/// Where a unit stands and what its MEDIA entry says of it.
struct IndexedUnit {
  std::uint64_t entry = 0;       // Index of its MEDIA entry in the room's log.
  std::uint64_t offset = 0;      // Of its first chunk in the file.
  std::uint64_t bytes = 0;       // Of its chunks; seal boxes between them are not counted.
  std::int64_t decode_time = 0;  // Ticks since 1970 UTC.
  std::int64_t duration = 0;     // Ticks, all samples.
  std::uint8_t flags = 0;        // evidence::MediaFlag.

  [[nodiscard]] std::int64_t end() const { return decode_time + duration; }
  friend bool operator==(const IndexedUnit&, const IndexedUnit&) = default;
};

/// Appends `unit` to a list whose last unit is `previous` (all zero before the first).
void append_unit(Bytes& list, const IndexedUnit& previous, const IndexedUnit& unit);

/// Errors: kDataLoss when the bytes are no such list.
[[nodiscard]] Result<std::vector<IndexedUnit>> read_units(ByteView list);

}  // namespace candor::storage
