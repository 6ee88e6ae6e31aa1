// SPDX-License-Identifier: Apache-2.0
#include "capture/local/nal_units.h"

#include "core/big_endian.h"

namespace candor::local {
namespace {

// Where the records keep lengthSizeMinusOne, in the lowest two bits.
constexpr std::size_t kAvccLengthAt = 4;
constexpr std::size_t kHvccLengthAt = 21;

constexpr std::uint8_t kH264Idr = 5;
constexpr std::uint8_t kH264Delimiter = 9;
constexpr std::uint8_t kH265IrapFirst = 16;
constexpr std::uint8_t kH265IrapLast = 23;
constexpr std::uint8_t kH265Delimiter = 35;

std::size_t length_at(Codec codec) { return codec == Codec::kH265 ? kHvccLengthAt : kAvccLengthAt; }

std::uint8_t type_of(Codec codec, std::uint8_t first) {
  return codec == Codec::kH265 ? (first >> 1) & 0x3F : first & 0x1F;
}

bool is_delimiter(Codec codec, std::uint8_t type) {
  return type == (codec == Codec::kH265 ? kH265Delimiter : kH264Delimiter);
}

bool is_sync(Codec codec, std::uint8_t type) {
  return codec == Codec::kH265 ? type >= kH265IrapFirst && type <= kH265IrapLast : type == kH264Idr;
}

std::size_t read_length(ByteView bytes) {
  std::size_t length = 0;
  for (const std::uint8_t byte : bytes) {
    length = length << 8 | byte;
  }
  return length;
}

}  // namespace

Result<std::size_t> length_bytes_of(Codec codec, ByteView config) {
  if (config.size() <= length_at(codec)) {
    return fail(ErrorKind::kDataLoss, "the decoder configuration is too short");
  }
  return (config[length_at(codec)] & 3U) + 1;
}

Bytes with_four_length_bytes(Codec codec, ByteView config) {
  Bytes changed(config.begin(), config.end());
  if (changed.size() > length_at(codec)) {
    changed[length_at(codec)] |= 3;
  }
  return changed;
}

Result<AccessUnit> read_access_unit(Codec codec, ByteView unit, std::size_t length_bytes) {
  AccessUnit read;
  read.data.reserve(unit.size() + 64);
  while (!unit.empty()) {
    if (unit.size() < length_bytes) {
      return fail(ErrorKind::kDataLoss, "an access unit ends within a length");
    }
    const std::size_t length = read_length(unit.first(length_bytes));
    unit = unit.subspan(length_bytes);
    if (length > unit.size()) {
      return fail(ErrorKind::kDataLoss, "a NAL unit is longer than its access unit");
    }
    const ByteView nal = unit.first(length);
    unit = unit.subspan(length);
    if (nal.empty()) {
      continue;
    }
    const std::uint8_t type = type_of(codec, nal[0]);
    if (is_delimiter(codec, type)) {
      continue;
    }
    read.sync = read.sync || is_sync(codec, type);
    append_be(read.data, static_cast<std::uint32_t>(nal.size()));
    read.data.insert(read.data.end(), nal.begin(), nal.end());
  }
  return read;
}

}  // namespace candor::local
