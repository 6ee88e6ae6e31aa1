// SPDX-License-Identifier: Apache-2.0
#include "storage/write/tail_reader.h"

#include <optional>
#include <utility>

#include "core/sectors.h"
#include "media/bmff/chunk_reader.h"
#include "storage/write/append_file.h"

namespace candor::storage {
namespace {

// A segment is about a minute; 100 Mb/s for ten minutes stays below.
constexpr std::uint64_t kSegmentBytesMax = std::uint64_t{8} << 30;
constexpr std::int64_t kUnitSeconds = 1;
// A seal may end with a few zeros, as its entry does. Coded media hardly ever ends with one just
// behind a sector, and a chunk too few after a crash is better than one that was never written.
constexpr std::size_t kLastBytesOfSeal = 8;
constexpr std::size_t kLastBytesOfChunk = 1;

// Gathers chunks into units as the fragmenter does.
class TailUnits {
 public:
  explicit TailUnits(const evidence::InitBody& segment) : segment_(segment) {}

  void add(const bmff::ReadChunk& chunk, ByteView bytes, std::uint64_t offset) {
    const bool is_video = segment_.sample_rate == 0;
    const bool is_new = !unit_.has_value() || (is_video && chunk.sync) ||
                        chunk.decode_time != end_ ||
                        chunk.decode_time - start_ >= kUnitSeconds * segment_.timescale;
    if (is_new) {
      finish();
      begin(chunk, offset);
    }
    fragment_.update(bytes);
    ByteView samples = bytes.subspan(chunk.mdat_payload);
    for (const std::uint32_t size : chunk.sample_sizes) {
      essence_.update(evidence::sha256(samples.first(size)));
      samples = samples.subspan(size);
    }
    unit_->body.fragment_bytes += bytes.size();
    unit_->body.duration += static_cast<std::uint64_t>(chunk.duration);
    unit_->body.sample_count += static_cast<std::uint32_t>(chunk.sample_sizes.size());
    end_ = chunk.decode_time + chunk.duration;
  }

  [[nodiscard]] std::vector<TailUnit> take() {
    finish();
    return std::move(units_);
  }

 private:
  void begin(const bmff::ReadChunk& chunk, std::uint64_t offset) {
    unit_.emplace();
    unit_->offset = offset;
    evidence::MediaBody& body = unit_->body;
    body.session = segment_.session;
    body.stream = segment_.stream;
    body.init_digest = segment_.init_digest;
    body.decode_time = static_cast<std::uint64_t>(chunk.decode_time);
    body.timescale = segment_.timescale;
    body.sequence = chunk.sequence;
    body.capture = chunk.capture;
    body.flags = static_cast<std::uint8_t>(evidence::kRecoveredAfterCrash |
                                           (chunk.sync ? evidence::kStartsWithSync : 0));
    start_ = chunk.decode_time;
  }

  void finish() {
    if (!unit_.has_value()) {
      return;
    }
    unit_->body.fragment_digest = fragment_.finish();
    unit_->body.essence_digest = essence_.finish();
    units_.push_back(std::move(*unit_));
    unit_.reset();
  }

  const evidence::InitBody& segment_;
  std::vector<TailUnit> units_;
  std::optional<TailUnit> unit_;
  evidence::Sha256 fragment_;
  evidence::Sha256 essence_;
  std::int64_t start_ = 0;
  std::int64_t end_ = 0;
};

}  // namespace

Result<Tail> read_tail(FileSystem& files, const std::string& path,
                       const evidence::InitBody& segment, std::uint64_t logged_bytes) {
  CANDOR_TRY(AppendFile tail, AppendFile::open(files, path));
  CANDOR_CHECK(tail.sync());
  CANDOR_TRY(const Bytes file, read_file(files, path, kSegmentBytesMax));
  if (file.size() < segment.init_len) {
    return fail(ErrorKind::kDataLoss, path + ": is shorter than its init segment");
  }
  TailUnits units(segment);
  std::uint64_t chunk_bytes = 0;
  std::size_t at = static_cast<std::size_t>(segment.init_len);
  while (at < file.size()) {
    const ByteView rest = ByteView(file).subspan(at);
    if (const auto seal = bmff::read_seal(rest); seal.has_value()) {
      if (chunk_bytes >= logged_bytes && has_lost_sector(file, at, at + *seal, kLastBytesOfSeal)) {
        break;
      }
      at += *seal;
      continue;
    }
    const auto chunk = bmff::read_chunk(rest);
    if (!chunk.has_value()) {
      break;
    }
    if (chunk_bytes >= logged_bytes) {
      if (has_lost_sector(file, at, at + chunk->bytes, kLastBytesOfChunk)) {
        break;
      }
      units.add(*chunk, rest.first(chunk->bytes), at);
    }
    chunk_bytes += chunk->bytes;
    at += chunk->bytes;
  }
  if (chunk_bytes < logged_bytes) {
    return fail(ErrorKind::kDataLoss, path + ": holds less than the log says");
  }
  return Tail{.units = units.take(), .whole_bytes = at, .torn_bytes = file.size() - at};
}

}  // namespace candor::storage
