// SPDX-License-Identifier: Apache-2.0
#include "retrieve/unit_reader.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "core/big_endian.h"

namespace candor::retrieve {
namespace {

using bmff::Box;
using bmff::fourcc;

constexpr std::uint64_t kUnitBytesMax = std::uint64_t{256} << 20;
// Seal boxes have 338 bytes; a unit of a second meets one or two of them.
constexpr std::uint64_t kSealsBytesMax = std::uint64_t{64} << 10;
constexpr std::uint32_t kPrftVersion1Bytes = 32;
constexpr std::size_t kPrftMediaTimeAt = 24;

void move_prft(std::span<std::uint8_t> box, std::int64_t base) {
  if (box.size() == kPrftVersion1Bytes && box[8] == 1) {
    std::uint8_t* at = box.data() + kPrftMediaTimeAt;
    put_be(at, get_be<std::int64_t>(at) - base);
  }
}

Result<void> move_moof(std::span<std::uint8_t> box, std::int64_t base) {
  CANDOR_TRY(const bmff::MovieFragment fragment, bmff::parse_moof(box));
  if (fragment.tfdt_value_bytes != sizeof(std::uint64_t)) {
    return fail(ErrorKind::kUnsupported, "a tfdt of 32 bits cannot be moved");
  }
  put_be(box.data() + fragment.tfdt_value_at,
         static_cast<std::int64_t>(fragment.decode_time) - base);
  return {};
}

Result<void> move_box(std::span<std::uint8_t> box, std::uint32_t type, std::int64_t base) {
  if (type == fourcc("prft")) {
    move_prft(box, base);
  }
  return type == fourcc("moof") ? move_moof(box, base) : Result<void>();
}

bool belongs_to_chunk(std::uint32_t type) {
  return type == fourcc("prft") || type == fourcc("moof") || type == fourcc("mdat");
}

}  // namespace

Result<Bytes> read_unit(const bmff::BoxFile& file, const PlannedUnit& unit, std::int64_t base) {
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
  // Chunks are moved to the front of `raw`, over the seals between them.
  std::size_t kept = 0;
  while (kept < unit.bytes) {
    CANDOR_TRY(const std::optional<Box> box, reader.next());
    if (!box.has_value()) {
      break;
    }
    if (!belongs_to_chunk(box->type)) {
      continue;
    }
    const auto begin = raw.begin() + static_cast<std::ptrdiff_t>(box->offset);
    std::copy(begin, begin + static_cast<std::ptrdiff_t>(box->size),
              raw.begin() + static_cast<std::ptrdiff_t>(kept));
    if (base != 0) {
      const std::span<std::uint8_t> moved(raw.data() + kept, static_cast<std::size_t>(box->size));
      CANDOR_CHECK(move_box(moved, box->type, base));
    }
    kept += static_cast<std::size_t>(box->size);
  }
  if (kept != unit.bytes) {
    return fail(ErrorKind::kDataLoss,
                fmt::format("the unit at offset {} is not as the index says", unit.offset));
  }
  raw.resize(kept);
  return raw;
}

}  // namespace candor::retrieve
