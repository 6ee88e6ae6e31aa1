// SPDX-License-Identifier: Apache-2.0
#include "retrieve/unit_reader.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <fmt/format.h>

namespace candor::retrieve {
namespace {

using bmff::Box;
using bmff::fourcc;

constexpr std::uint64_t kUnitBytesMax = std::uint64_t{256} << 20;
// Seal boxes have 338 bytes; a unit of a second meets one or two of them.
constexpr std::uint64_t kSealsBytesMax = std::uint64_t{64} << 10;

bool belongs_to_chunk(std::uint32_t type) {
  return type == fourcc("prft") || type == fourcc("moof") || type == fourcc("mdat");
}

}  // namespace

Result<void> read_unit(const bmff::BoxFile& file, const PlannedUnit& unit, Bytes& out) {
  if (unit.bytes > kUnitBytesMax) {
    return fail(
        ErrorKind::kResourceExhausted,
        fmt::format("a unit of {} bytes is above the limit of {}", unit.bytes, kUnitBytesMax));
  }
  if (unit.offset > file.size() || unit.bytes > file.size() - unit.offset) {
    return fail(ErrorKind::kDataLoss,
                fmt::format("the media file ends before the unit at offset {}", unit.offset));
  }
  Bytes raw(
      static_cast<std::size_t>(std::min(unit.bytes + kSealsBytesMax, file.size() - unit.offset)));
  CANDOR_CHECK(file.read_at(unit.offset, raw));
  bmff::BoxReader reader(raw);
  std::uint64_t taken = 0;
  while (taken < unit.bytes) {
    CANDOR_TRY(const std::optional<Box> box, reader.next());
    if (!box.has_value()) {
      break;
    }
    if (belongs_to_chunk(box->type)) {
      const ByteView bytes = reader.whole(*box);
      out.insert(out.end(), bytes.begin(), bytes.end());
      taken += box->size;
    }
  }
  if (taken != unit.bytes) {
    return fail(ErrorKind::kDataLoss,
                fmt::format("the unit at offset {} is not as the index says", unit.offset));
  }
  return {};
}

}  // namespace candor::retrieve
