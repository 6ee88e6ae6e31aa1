// SPDX-License-Identifier: Apache-2.0
#include "storage/write/unit_finder.h"

#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "storage/write/chunk_walk.h"

namespace candor::storage {

Result<void> UnitFinder::begin_segment(const evidence::InitBody& segment) {
  Segment& current = segments_[segment.stream];
  current = {.number = segment.segment,
             .path = segment.path,
             .copy = longest_copy(segment.path),
             .file = std::nullopt};
  CANDOR_TRY(bmff::BoxFile file, bmff::BoxFile::open(current.copy));
  if (file.size() < segment.init_len) {
    return fail(ErrorKind::kDataLoss, "is shorter than its init segment");
  }
  file.seek(segment.init_len);
  current.file = std::move(file);
  return {};
}

// A copy that failed is shorter than the others.
std::string UnitFinder::longest_copy(const std::string& path) const {
  std::string longest = roots_.empty() ? path : roots_.front() + "/" + path;
  std::uintmax_t most = 0;
  for (const std::string& root : roots_) {
    std::error_code code;
    const std::uintmax_t size = std::filesystem::file_size(root + "/" + path, code);
    if (!code && size > most) {
      most = size;
      longest = root + "/" + path;
    }
  }
  return longest;
}

std::string UnitFinder::path_of(const Uuid& stream) const {
  const auto found = segments_.find(stream);
  return found == segments_.end() ? "" : found->second.path;
}

Result<UnitPlace> UnitFinder::find(const evidence::MediaBody& unit) {
  const auto found = segments_.find(unit.stream);
  if (found == segments_.end() || !found->second.file.has_value()) {
    return fail(ErrorKind::kNotFound, "the media file is missing or cannot be read");
  }
  bmff::BoxFile& file = *found->second.file;
  const std::uint64_t before = file.offset();
  auto offset = find_in(file, unit);
  if (!offset.has_value() && has_changed(found->second)) {
    CANDOR_TRY(file, bmff::BoxFile::open(found->second.copy));
    file.seek(before);
    offset = find_in(file, unit);
  }
  if (!offset.has_value()) {
    auto other = find_in_other_copy(found->second, before, unit);
    offset = other.has_value() ? std::move(other) : std::move(offset);
  }
  if (!offset.has_value()) {
    file.seek(before);
    return fail(std::move(offset.error()));
  }
  return UnitPlace{.segment = found->second.number, .offset = *offset};
}

// The recorder works while its log is read: a file may hold more than when it was opened, or less,
// once a start has cut off its torn end. Headers are read in blocks up to the size at opening:
// units before the cut would not be found either.
bool UnitFinder::has_changed(const Segment& segment) const {
  std::error_code code;
  const std::uintmax_t size = std::filesystem::file_size(segment.copy, code);
  return !code && size != segment.file->size();
}

// A power cut may have lost sectors of one copy, which is as long as the others until it is mended.
Result<std::uint64_t> UnitFinder::find_in_other_copy(Segment& segment, std::uint64_t before,
                                                     const evidence::MediaBody& unit) const {
  for (const std::string& root : roots_) {
    const std::string copy = root + "/" + segment.path;
    auto file = bmff::BoxFile::open(copy);
    if (copy == segment.copy || !file.has_value() || file->size() < before) {
      continue;
    }
    file->seek(before);
    if (auto offset = find_in(*file, unit); offset.has_value()) {
      segment.copy = copy;
      segment.file = std::move(*file);
      return offset;
    }
  }
  return fail(ErrorKind::kNotFound, "no copy holds it");
}

// A unit may stand behind chunks without an entry (their sync or reading back had failed): the one
// with the entry's time is looked for.
Result<std::uint64_t> UnitFinder::find_in(bmff::BoxFile& file, const evidence::MediaBody& unit) {
  std::uint64_t start = 0;
  std::uint64_t bytes = 0;
  while (true) {
    CANDOR_TRY(const std::optional<ChunkPlace> chunk, next_chunk(file));
    if (!chunk.has_value()) {
      return fail(ErrorKind::kDataLoss,
                  fmt::format("the file ends without the unit at time {}", unit.decode_time));
    }
    if (bytes == 0 && chunk->decode_time != unit.decode_time) {
      continue;
    }
    start = bytes == 0 ? chunk->offset : start;
    bytes += chunk->bytes;
    if (bytes == unit.fragment_bytes) {
      return start;
    }
    if (bytes > unit.fragment_bytes) {
      return fail(
          ErrorKind::kDataLoss,
          fmt::format("the unit at offset {} has another length than its entry says", start));
    }
  }
}

}  // namespace candor::storage
