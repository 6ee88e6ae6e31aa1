// SPDX-License-Identifier: Apache-2.0
#include "storage/write/copies/segment_copy.h"

#include <algorithm>
#include <memory>

#include "evidence/digest.h"
#include "storage/write/append_file.h"
#include "storage/write/tail_reader.h"

namespace candor::storage {
namespace {

constexpr std::uint64_t kBlockBytes = 1 << 20;

// Gives the whole file to `each`, block by block.
template <typename Each>
Result<std::uint64_t> read_blocks(const OpenFile& file, Cache cache, Each each) {
  CANDOR_TRY(const std::uint64_t size, file.size());
  Bytes block;
  for (std::uint64_t at = 0; at < size; at += block.size()) {
    block.resize(static_cast<std::size_t>(std::min(kBlockBytes, size - at)));
    CANDOR_CHECK(file.read(at, block, cache));
    CANDOR_CHECK(each(ByteView(block)));
  }
  return size;
}

// Returns the digest of what was written and synced.
Result<evidence::Digest> write_copy(const Volume& from, const Volume& to, const std::string& path,
                                    const std::string& copy) {
  CANDOR_TRY(const std::unique_ptr<OpenFile> source,
             from.files().open(from.absolute(path), Opening::kRead));
  CANDOR_TRY(const std::unique_ptr<OpenFile> target, to.files().open(copy, Opening::kReplace));
  evidence::Sha256 digest;
  CANDOR_TRY(const std::uint64_t bytes,
             read_blocks(*source, Cache::kUse, [&](ByteView block) -> Result<void> {
               digest.update(block);
               return target->append(block);
             }));
  static_cast<void>(bytes);
  CANDOR_CHECK(target->sync());
  return digest.finish();
}

// What the kernel remembers of a write may not be what the disk holds.
Result<SettledCopy> read_from_disk(const Volume& volume, const std::string& path) {
  CANDOR_TRY(const std::unique_ptr<OpenFile> file, volume.files().open(path, Opening::kRead));
  evidence::Sha256 digest;
  SettledCopy copy;
  CANDOR_TRY(copy.bytes, read_blocks(*file, Cache::kDrop, [&](ByteView block) -> Result<void> {
               digest.update(block);
               return {};
             }));
  copy.digest = digest.finish();
  return copy;
}

Result<std::uint64_t> read_back(const Volume& to, const std::string& copy,
                                const evidence::Digest& written) {
  CANDOR_TRY(const SettledCopy found, read_from_disk(to, copy));
  return found.digest == written
             ? Result<std::uint64_t>(found.bytes)
             : fail(ErrorKind::kDataLoss, copy + ": reads back otherwise than it was written");
}

// Whether the copy begins with all that stands in the file.
Result<bool> is_continued_by(const Volume& volume, const std::string& path,
                             const std::string& copy) {
  CANDOR_TRY(const std::unique_ptr<OpenFile> old,
             volume.files().open(volume.absolute(path), Opening::kRead));
  CANDOR_TRY(const std::unique_ptr<OpenFile> fresh, volume.files().open(copy, Opening::kRead));
  CANDOR_TRY(const std::uint64_t bytes, fresh->size());
  std::uint64_t at = 0;
  bool is_same = true;
  Bytes other;
  CANDOR_TRY(at, read_blocks(*old, Cache::kUse, [&](ByteView block) -> Result<void> {
               other.resize(block.size());
               is_same = is_same && at + block.size() <= bytes;
               if (is_same) {
                 CANDOR_CHECK(fresh->read(at, other, Cache::kUse));
                 is_same = std::ranges::equal(other, block);
               }
               at += block.size();
               return {};
             }));
  return is_same;
}

// What the copy does not hold too is kept.
Result<void> set_aside(const Volume& volume, const std::string& path, const std::string& copy,
                       UtcTime now) {
  CANDOR_TRY(const bool is_there, exists(volume.files(), volume.absolute(path)));
  if (!is_there) {
    return {};
  }
  const auto is_continued = is_continued_by(volume, path, copy);
  if (is_continued.has_value() && *is_continued) {
    return {};
  }
  return volume.quarantine(path, now);
}

}  // namespace

Result<SettledCopy> settle_segment(const Volume& volume, const std::string& path,
                                   const SegmentEntries& entries, UtcTime now) {
  const std::string whole = volume.absolute(path);
  std::uint64_t logged = 0;
  for (const evidence::MediaBody& unit : entries.units) {
    logged += unit.fragment_bytes;
  }
  CANDOR_TRY(const Tail tail, read_tail(volume.files(), whole, entries.init, logged));
  if (tail.torn_bytes > 0) {
    CANDOR_CHECK(volume.quarantine_tail(path, tail.whole_bytes, now));
  }
  CANDOR_TRY(const SettledCopy copy, read_from_disk(volume, whole));
  CANDOR_CHECK(check_segment(whole, entries));
  return copy;
}

Result<std::uint64_t> copy_segment(const Volume& from, const Volume& to, const std::string& path,
                                   const SegmentEntries& entries, UtcTime now) {
  const std::string copy = to.absolute(path) + ".copy";
  CANDOR_CHECK(to.check());  // Not into an empty mount point.
  CANDOR_CHECK(make_folders_below(to.files(), to.root(), parent_of(copy)));
  CANDOR_TRY(const evidence::Digest written, write_copy(from, to, path, copy));
  CANDOR_TRY(const std::uint64_t bytes, read_back(to, copy, written));
  CANDOR_CHECK(check_segment(copy, entries));
  CANDOR_CHECK(set_aside(to, path, copy, now));
  CANDOR_CHECK(rename_file(to.files(), copy, to.absolute(path)));
  return bytes;
}

}  // namespace candor::storage
