// SPDX-License-Identifier: Apache-2.0
#include "storage/write/copies/segment_entries.h"

#include <optional>

#include <fmt/format.h>

#include "evidence/digest.h"
#include "media/bmff/box_reader.h"
#include "storage/write/chunk_walk.h"
#include "storage/write/log_paths.h"

namespace candor::storage {
namespace {

// Ends the reading of a log; never seen outside.
Result<void> enough() { return fail(ErrorKind::kCancelled, "the segment has ended"); }

// Takes the entries of one segment out of a log.
class EntriesOfSegment {
 public:
  explicit EntriesOfSegment(std::uint64_t init_entry)
      : init_entry_(init_entry), next_(init_entry / kEntriesPerBundle * kEntriesPerBundle) {}

  [[nodiscard]] Result<void> take_bundle(const std::vector<ByteView>& entries) {
    for (const ByteView bytes : entries) {
      if (next_++ >= init_entry_) {
        CANDOR_CHECK(take(bytes));
      }
    }
    return {};
  }

  [[nodiscard]] Result<SegmentEntries> found() && {
    if (!found_.has_value()) {
      return fail(ErrorKind::kDataLoss, fmt::format("entry {} is no INIT entry", init_entry_));
    }
    return std::move(*found_);
  }

 private:
  [[nodiscard]] Result<void> take(ByteView bytes) {
    CANDOR_TRY(const evidence::EntryView entry, evidence::decode_entry(bytes));
    if (entry.header.type == evidence::EntryType::kInit) {
      CANDOR_TRY(evidence::InitBody init, evidence::decode_init(entry.body));
      if (found_.has_value()) {
        return init.stream == found_->init.stream ? enough() : Result<void>();
      }
      found_.emplace().init = std::move(init);
      return {};
    }
    if (!found_.has_value()) {
      return enough();
    }
    if (entry.header.type == evidence::EntryType::kMedia) {
      CANDOR_TRY(const evidence::MediaBody unit, evidence::decode_media_body(entry.body));
      if (unit.stream == found_->init.stream) {
        found_->units.push_back(unit);
      }
    }
    return {};
  }

  std::uint64_t init_entry_;
  std::uint64_t next_;
  std::optional<SegmentEntries> found_;
};

Result<void> check_init(const bmff::BoxFile& file, const evidence::InitBody& init) {
  constexpr std::uint64_t kInitBytesMax = 1 << 20;
  if (init.init_len > kInitBytesMax) {
    return fail(ErrorKind::kDataLoss, "its init segment is too large");
  }
  Bytes bytes(static_cast<std::size_t>(init.init_len));
  CANDOR_CHECK(file.read_at(0, bytes));
  return evidence::sha256(bytes) == init.init_digest
             ? Result<void>()
             : fail(ErrorKind::kDataLoss, "its init segment is another one");
}

// Chunks without an entry may stand before a unit: their sync or reading back had failed.
Result<void> check_unit(bmff::BoxFile& file, const evidence::MediaBody& unit) {
  evidence::Sha256 digest;
  std::uint64_t bytes = 0;
  Bytes buffer;
  while (bytes < unit.fragment_bytes) {
    CANDOR_TRY(const std::optional<ChunkPlace> chunk, next_chunk(file));
    if (!chunk.has_value()) {
      return fail(ErrorKind::kDataLoss,
                  fmt::format("it ends without the unit at time {}", unit.decode_time));
    }
    if (bytes == 0 && chunk->decode_time != unit.decode_time) {
      continue;
    }
    bytes += chunk->bytes;
    if (bytes > unit.fragment_bytes) {
      break;
    }
    buffer.resize(static_cast<std::size_t>(chunk->bytes));
    CANDOR_CHECK(file.read_at(chunk->offset, buffer));
    digest.update(buffer);
  }
  return digest.finish() == unit.fragment_digest
             ? Result<void>()
             : fail(ErrorKind::kDataLoss,
                    fmt::format("the unit at time {} is another one", unit.decode_time));
}

}  // namespace

Result<SegmentEntries> read_segment_entries(const LogPlace& log, std::uint64_t init_entry) {
  EntriesOfSegment entries(init_entry);
  auto read =
      read_log(log, init_entry / kEntriesPerBundle,
               [&](const std::vector<ByteView>& bundle) { return entries.take_bundle(bundle); });
  if (!read.has_value() && read.error().kind() != ErrorKind::kCancelled) {
    return fail(std::move(read.error()));
  }
  return std::move(entries).found();
}

Result<void> check_segment(const std::string& path, const SegmentEntries& entries) {
  CANDOR_TRY(bmff::BoxFile file, bmff::BoxFile::open(path));
  CANDOR_CHECK(with_context(check_init(file, entries.init), path));
  file.seek(entries.init.init_len);
  for (const evidence::MediaBody& unit : entries.units) {
    CANDOR_CHECK(with_context(check_unit(file, unit), path));
  }
  return {};
}

}  // namespace candor::storage
