// SPDX-License-Identifier: Apache-2.0
#include "media/bmff/chunk_writer.h"

#include <limits>
#include <string_view>

#include "core/assert.h"
#include "core/big_endian.h"

namespace candor::bmff {
namespace {

constexpr std::uint32_t kTrackId = 1;
constexpr std::uint32_t kPrftBytes = 32;
constexpr std::uint32_t kMfhdBytes = 16;
constexpr std::uint32_t kTfhdBytes = 16;
constexpr std::uint32_t kTfdtBytes = 20;
constexpr std::uint32_t kTrunFixedBytes = 20;
constexpr std::uint32_t kTrunSampleBytes = 16;
constexpr std::uint32_t kBoxHeaderBytes = 8;

constexpr std::uint32_t kPrftCaptured = 24;             // prft flags: the time is that of capture.
constexpr std::uint32_t kDefaultBaseIsMoof = 0x020000;  // tfhd flags.
constexpr std::uint32_t kTrunFlags =
    0x000F01;  // Data offset; duration, size, flags, offset per sample.
constexpr std::uint32_t kVersion1 = 0x01000000;
constexpr std::uint32_t kSyncSample = 0x02000000;     // sample_depends_on = 2.
constexpr std::uint32_t kNonSyncSample = 0x01010000;  // depends_on = 1, is_non_sync.

constexpr std::int64_t kNtpEpochOffsetSeconds = 2'208'988'800;  // 1900 to 1970, RFC 5905.
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

std::uint64_t ntp_time(UtcTime time) {
  const auto seconds = static_cast<std::uint64_t>(time.ns / kNsPerSecond + kNtpEpochOffsetSeconds);
  const auto fraction = (static_cast<std::uint64_t>(time.ns % kNsPerSecond) << 32) / kNsPerSecond;
  return seconds << 32 | fraction;
}

void begin_box(Bytes& out, std::uint32_t size, std::string_view type) {
  append_be(out, size);
  out.insert(out.end(), type.begin(), type.end());
}

void append_prft(Bytes& out, const ChunkHeader& header) {
  begin_box(out, kPrftBytes, "prft");
  append_be(out, kVersion1 | kPrftCaptured);
  append_be(out, kTrackId);
  append_be(out, ntp_time(header.capture));
  append_be(out, header.decode_time);
}

// All of a moof but the samples of its trun, which must follow. The media stands `gap` bytes behind
// the moof.
void append_moof_head(Bytes& out, const FragmentHeader& header, std::uint32_t samples,
                      std::uint32_t gap) {
  const std::uint32_t trun_bytes = kTrunFixedBytes + samples * kTrunSampleBytes;
  const std::uint32_t traf_bytes = kBoxHeaderBytes + kTfhdBytes + kTfdtBytes + trun_bytes;
  const std::uint32_t moof_bytes = kBoxHeaderBytes + kMfhdBytes + traf_bytes;
  begin_box(out, moof_bytes, "moof");
  begin_box(out, kMfhdBytes, "mfhd");
  append_be(out, std::uint32_t{0});
  append_be(out, header.sequence);
  begin_box(out, traf_bytes, "traf");
  begin_box(out, kTfhdBytes, "tfhd");
  append_be(out, kDefaultBaseIsMoof);
  append_be(out, kTrackId);
  begin_box(out, kTfdtBytes, "tfdt");
  append_be(out, kVersion1);
  append_be(out, header.decode_time);
  begin_box(out, trun_bytes, "trun");
  append_be(out, kVersion1 | kTrunFlags);
  append_be(out, samples);
  append_be(out, moof_bytes + gap);
}

void append_trun_sample(Bytes& out, const FragmentSample& sample) {
  append_be(out, sample.duration);
  append_be(out, sample.size);
  append_be(out, sample.flags);
  append_be(out, sample.composition_offset);
}

}  // namespace

WrittenChunk write_chunk(const ChunkHeader& header, std::span<const ChunkSample> samples) {
  CANDOR_ASSERT(!samples.empty() && samples.size() <= 64);
  std::uint32_t payload = 0;
  for (const ChunkSample& sample : samples) {
    CANDOR_ASSERT(sample.data.size() < 64U << 20);
    payload += static_cast<std::uint32_t>(sample.data.size());
  }
  WrittenChunk chunk;
  Bytes& out = chunk.bytes;
  out.reserve(128 + samples.size() * kTrunSampleBytes + payload);
  append_prft(out, header);
  append_moof_head(out, {.sequence = header.sequence, .decode_time = header.decode_time},
                   static_cast<std::uint32_t>(samples.size()), kBoxHeaderBytes);
  for (const ChunkSample& sample : samples) {
    append_trun_sample(out, {.duration = sample.duration,
                             .size = static_cast<std::uint32_t>(sample.data.size()),
                             .flags = sample.sync ? kSyncSample : kNonSyncSample,
                             .composition_offset = sample.composition_offset});
  }
  begin_box(out, kBoxHeaderBytes + payload, "mdat");
  chunk.mdat_payload = static_cast<std::uint32_t>(out.size());
  for (const ChunkSample& sample : samples) {
    out.insert(out.end(), sample.data.begin(), sample.data.end());
  }
  return chunk;
}

std::uint64_t moof_bytes(std::size_t samples) {
  return kBoxHeaderBytes + kMfhdBytes + kBoxHeaderBytes + kTfhdBytes + kTfdtBytes +
         kTrunFixedBytes + std::uint64_t{kTrunSampleBytes} * samples;
}

Bytes write_fragment_head(const FragmentHeader& header, std::span<const FragmentSample> samples,
                          std::uint32_t free_bytes) {
  CANDOR_ASSERT(free_bytes == 0 || free_bytes >= kBoxHeaderBytes);
  std::uint64_t payload = 0;
  for (const FragmentSample& sample : samples) {
    payload += sample.size;
  }
  const std::uint64_t bytes = moof_bytes(samples.size()) + free_bytes + kBoxHeaderBytes;
  CANDOR_ASSERT(bytes + payload <= std::numeric_limits<std::int32_t>::max());
  Bytes out;
  out.reserve(bytes);
  append_moof_head(out, header, static_cast<std::uint32_t>(samples.size()),
                   free_bytes + kBoxHeaderBytes);
  for (const FragmentSample& sample : samples) {
    append_trun_sample(out, sample);
  }
  if (free_bytes > 0) {
    begin_box(out, free_bytes, "free");
    out.resize(out.size() + free_bytes - kBoxHeaderBytes);
  }
  begin_box(out, static_cast<std::uint32_t>(kBoxHeaderBytes + payload), "mdat");
  return out;
}

Bytes write_seal(ByteView entry) {
  Bytes out;
  out.reserve(kSealOverheadBytes + entry.size());
  begin_box(out, static_cast<std::uint32_t>(kSealOverheadBytes + entry.size()), "uuid");
  out.insert(out.end(), kSealUuid.begin(), kSealUuid.end());
  append_be(out, std::uint32_t{0x01010000});  // Version 1, kind 1 (a log entry), reserved.
  out.insert(out.end(), entry.begin(), entry.end());
  return out;
}

}  // namespace candor::bmff
