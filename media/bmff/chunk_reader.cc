// SPDX-License-Identifier: Apache-2.0
#include "media/bmff/chunk_reader.h"

#include <algorithm>
#include <string_view>

#include "core/big_endian.h"
#include "media/bmff/chunk_writer.h"

namespace candor::bmff {
namespace {

constexpr std::size_t kSamplesAt =
    120;  // prft 32, moof 8, mfhd 16, traf 8, tfhd 16, tfdt 20, trun 20.
constexpr std::size_t kSampleBytes = 16;
constexpr std::uint32_t kChunkSamplesMax = 64;
// Far beyond any time there is; a duration can be added to it.
constexpr std::int64_t kDecodeTimeMax = std::int64_t{1} << 62;
constexpr std::int64_t kNtpEpochOffsetSeconds = 2'208'988'800;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

bool has_type(ByteView bytes, std::size_t box, std::string_view type) {
  return as_text(bytes.subspan(box + 4, 4)) == type;
}

UtcTime from_ntp(std::uint64_t ntp) {
  const auto seconds = static_cast<std::int64_t>(ntp >> 32) - kNtpEpochOffsetSeconds;
  const auto fraction = static_cast<std::int64_t>(((ntp & 0xFFFFFFFF) * kNsPerSecond) >> 32);
  return {seconds * kNsPerSecond + fraction};
}

}  // namespace

std::optional<ReadChunk> read_chunk(ByteView bytes) {
  constexpr std::size_t kPrft = 0;
  constexpr std::size_t kMoof = 32;
  constexpr std::size_t kMfhd = 40;
  constexpr std::size_t kTraf = 56;
  constexpr std::size_t kTfhd = 64;
  constexpr std::size_t kTfdt = 80;
  constexpr std::size_t kTrun = 100;
  if (bytes.size() < kSamplesAt || !has_type(bytes, kPrft, "prft") ||
      !has_type(bytes, kMoof, "moof") || !has_type(bytes, kMfhd, "mfhd") ||
      !has_type(bytes, kTraf, "traf") || !has_type(bytes, kTfhd, "tfhd") ||
      !has_type(bytes, kTfdt, "tfdt") || !has_type(bytes, kTrun, "trun")) {
    return std::nullopt;
  }
  const auto count = get_be<std::uint32_t>(&bytes[kTrun + 12]);
  const std::size_t first_sample = kTrun + 20;
  const std::size_t mdat = first_sample + count * kSampleBytes;
  if (count == 0 || count > kChunkSamplesMax || bytes.size() < mdat + 8 ||
      !has_type(bytes, mdat, "mdat")) {
    return std::nullopt;
  }
  ReadChunk chunk;
  chunk.capture = from_ntp(get_be<std::uint64_t>(&bytes[kPrft + 16]));
  chunk.sequence = get_be<std::uint32_t>(&bytes[kMfhd + 12]);
  chunk.decode_time = get_be<std::int64_t>(&bytes[kTfdt + 12]);
  chunk.mdat_payload = static_cast<std::uint32_t>(mdat + 8);
  std::size_t payload = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint8_t* sample = &bytes[first_sample + i * kSampleBytes];
    chunk.duration += get_be<std::uint32_t>(sample);
    chunk.sample_sizes.push_back(get_be<std::uint32_t>(sample + 4));
    payload += chunk.sample_sizes.back();
    // Flag bit 16: sample_is_non_sync_sample.
    chunk.sync = i == 0 ? (get_be<std::uint32_t>(sample + 8) & 0x10000) == 0 : chunk.sync;
  }
  chunk.bytes = mdat + 8 + payload;
  const bool agrees = get_be<std::uint32_t>(&bytes[mdat]) == payload + 8 &&
                      chunk.decode_time >= 0 && chunk.decode_time <= kDecodeTimeMax;
  return agrees && bytes.size() >= chunk.bytes ? std::optional(chunk) : std::nullopt;
}

std::optional<std::size_t> read_seal(ByteView bytes) {
  if (bytes.size() < kSealOverheadBytes || !has_type(bytes, 0, "uuid") ||
      !std::equal(kSealUuid.begin(), kSealUuid.end(), bytes.begin() + 8)) {
    return std::nullopt;
  }
  const std::size_t size = get_be<std::uint32_t>(bytes.data());
  return size >= kSealOverheadBytes && size <= bytes.size() ? std::optional(size) : std::nullopt;
}

}  // namespace candor::bmff
