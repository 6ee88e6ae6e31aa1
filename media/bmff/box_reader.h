// SPDX-License-Identifier: Apache-2.0
// Reads ISO BMFF boxes strictly: box headers from memory or from a file, and what a moof says of
// its samples. It trusts nothing and keeps no sample data; what boxes mean together is the
// caller's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"

namespace candor::bmff {

/// A box type as its four characters, big-endian: `fourcc("moof")`.
[[nodiscard]] constexpr std::uint32_t fourcc(std::string_view four) {
  return static_cast<std::uint32_t>(static_cast<unsigned char>(four[0])) << 24 |
         static_cast<std::uint32_t>(static_cast<unsigned char>(four[1])) << 16 |
         static_cast<std::uint32_t>(static_cast<unsigned char>(four[2])) << 8 |
         static_cast<std::uint32_t>(static_cast<unsigned char>(four[3]));
}

/// "moof"; characters outside printable ASCII as '?'.
[[nodiscard]] std::string fourcc_text(std::uint32_t type);

/// Where a box stands. Offsets count from the start of the memory or file that was given.
struct Box {
  std::uint32_t type = 0;
  std::uint32_t header_bytes = 0;  // 8, 16 with a 64-bit size; 16 more for 'uuid'.
  std::uint64_t offset = 0;        // Of the box's first byte.
  std::uint64_t size = 0;  // Header included; never 0, also when the file said "to the end".
  std::array<std::uint8_t, 16> uuid{};  // Of a 'uuid' box, else zero.

  [[nodiscard]] std::uint64_t end() const { return offset + size; }
  [[nodiscard]] std::uint64_t payload_bytes() const { return size - header_bytes; }
};

/// Walks the boxes that stand one after another in memory. Thread: any, one at a time.
class BoxReader {
 public:
  /// Shape: `bytes` must outlive the reader; `first_offset` is what Box::offset starts from.
  explicit BoxReader(ByteView bytes, std::uint64_t first_offset = 0)
      : bytes_(bytes), first_offset_(first_offset) {}

  /// The next box, none at the end.
  ///
  /// Errors: kInvalidArgument  a size smaller than its own header;
  ///         kDataLoss         the box reaches beyond the end (a torn write looks like this); the
  ///                           reader stays before that box.
  [[nodiscard]] Result<std::optional<Box>> next();

  /// The bytes of a box that this reader returned, with and without its header.
  [[nodiscard]] ByteView whole(const Box& box) const;
  [[nodiscard]] ByteView payload(const Box& box) const;

  /// Where the next box would begin: the end of the last whole one.
  [[nodiscard]] std::uint64_t offset() const { return first_offset_ + at_; }

 private:
  ByteView bytes_;
  std::uint64_t first_offset_;
  std::uint64_t at_ = 0;
};

/// Walks the top-level boxes of a file by pread; a growing file is read up to its size at open().
/// One thread at a time.
class BoxFile {
 public:
  /// Errors: kNotFound and errno kinds; kInvalidArgument when it is no plain file.
  [[nodiscard]] static Result<BoxFile> open(const std::string& path);

  BoxFile(BoxFile&& other) noexcept;
  BoxFile& operator=(BoxFile&& other) noexcept;
  BoxFile(const BoxFile&) = delete;
  BoxFile& operator=(const BoxFile&) = delete;
  ~BoxFile();

  /// As BoxReader::next(); errno kinds besides.
  [[nodiscard]] Result<std::optional<Box>> next();

  /// The next call of next() reads the box at `offset`.
  void seek(std::uint64_t offset) { at_ = offset; }
  [[nodiscard]] std::uint64_t offset() const { return at_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// The whole box with its header. Errors: kResourceExhausted when it is larger than `bytes_max`;
  /// kDataLoss when the file was cut meanwhile; errno kinds.
  [[nodiscard]] Result<Bytes> read(const Box& box, std::uint64_t bytes_max) const;

  /// Fills `out` from `offset` on. Errors: kDataLoss beyond the end; errno kinds.
  [[nodiscard]] Result<void> read_at(std::uint64_t offset, std::span<std::uint8_t> out) const;

 private:
  BoxFile(int fd, std::uint64_t size, std::string path);

  int fd_;
  std::uint64_t size_;
  std::uint64_t at_ = 0;
  std::string path_;
  // Headers of a chunk (prft, moof, mdat) stand close together: one pread serves them all.
  mutable Bytes block_;
  mutable std::uint64_t block_offset_ = 0;
};

/// One sample as trun (and tfhd's defaults) describes it.
struct FragmentSample {
  std::uint32_t duration = 0;
  std::uint32_t size = 0;
  std::uint32_t flags = 0;              // ISO/IEC 14496-12, 8.8.3.1.
  std::int32_t composition_offset = 0;  // Ticks.
  [[nodiscard]] bool is_sync() const { return (flags & 0x00010000U) == 0; }
};

/// What a moof of one track says.
struct MovieFragment {
  std::uint32_t sequence = 0;  // mfhd.
  std::uint32_t track_id = 0;
  std::uint64_t decode_time = 0;            // tfdt.
  std::uint32_t tfdt_value_at = 0;          // Offset of tfdt's value in the moof, header included.
  std::uint32_t tfdt_value_bytes = 0;       // 4 or 8.
  std::optional<std::int32_t> data_offset;  // Of the first trun, from the moof's first byte.
  std::vector<FragmentSample> samples;

  [[nodiscard]] std::uint64_t duration() const;
  [[nodiscard]] std::uint64_t sample_bytes() const;
};

inline constexpr std::uint64_t kMoofBytesMax = std::uint64_t{1} << 20;
inline constexpr std::size_t kSamplesMax = 16'384;  // Of one moof.

/// Reads a whole moof box, its header included.
///
/// Shape:  exactly one traf with one tfdt; any number of truns; boxes it does not know are skipped.
/// Errors: kInvalidArgument naming the box; kUnsupported for more than one track.
/// Source: ISO/IEC 14496-12, 8.8.
[[nodiscard]] Result<MovieFragment> parse_moof(ByteView moof);

}  // namespace candor::bmff
