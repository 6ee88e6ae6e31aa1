// SPDX-License-Identifier: Apache-2.0
#include "monitor/mirror/entry_files.h"

#include <utility>

#include "evidence/entry.h"
#include "evidence/tiles.h"
#include "monitor/mirror/files.h"

namespace candor::mirror {
namespace {

constexpr std::uint64_t kBundleBytesMax = kEntriesPerBundle * (2 + evidence::kEntryBytesMax);

}  // namespace

std::string EntryFiles::path_of(std::uint64_t number, bool is_whole) const {
  return folder_ + "/tile/entries/" + evidence::tile_number(number) + (is_whole ? "" : ".part");
}

// Whole bundles have no hole: the last one is found by doubling and halving.
Result<EntryFiles> EntryFiles::open(std::string folder) {
  EntryFiles files(std::move(folder));
  CANDOR_CHECK(make_folders(files.folder_ + "/tile/entries"));
  std::uint64_t beyond = 1;
  while (exists(files.path_of(beyond - 1, true))) {
    beyond *= 2;
  }
  std::uint64_t whole = beyond / 2;
  while (whole < beyond && exists(files.path_of(whole, true))) {
    const std::uint64_t middle = whole + (beyond - whole) / 2;
    if (exists(files.path_of(middle, true))) {
      whole = middle + 1;
    } else {
      beyond = middle;
    }
  }
  files.size_ = whole * kEntriesPerBundle;
  if (exists(files.path_of(whole, false))) {
    CANDOR_CHECK(files.take_part(whole));
  }
  return files;
}

Result<void> EntryFiles::take_part(std::uint64_t number) {
  const std::string path = path_of(number, false);
  CANDOR_TRY(const Bytes bytes, read_file(path, kBundleBytesMax));
  const evidence::Bundle read = evidence::read_bundle(bytes);
  if (read.consumed < bytes.size()) {
    CANDOR_CHECK(cut(path, read.consumed));
  }
  size_ += read.entries.size();
  part_bytes_ = read.consumed;
  if (read.entries.size() == kEntriesPerBundle) {
    part_bytes_ = 0;
    return rename(path, path_of(number, true));
  }
  return {};
}

Result<void> EntryFiles::append(ByteView frames, std::uint64_t entries) {
  const std::uint64_t number = size_ / kEntriesPerBundle;
  const std::string path = path_of(number, false);
  CANDOR_CHECK(make_folders(path.substr(0, path.rfind('/'))));
  CANDOR_CHECK(mirror::append(path, part_bytes_, frames));
  size_ += entries;
  part_bytes_ += frames.size();
  if (size_ % kEntriesPerBundle == 0) {
    part_bytes_ = 0;
    return rename(path, path_of(number, true));
  }
  return {};
}

Result<Bytes> EntryFiles::bundle(std::uint64_t number) const {
  const bool is_whole = (number + 1) * kEntriesPerBundle <= size_;
  return read_file(path_of(number, is_whole), kBundleBytesMax);
}

Result<void> EntryFiles::for_each(
    std::uint64_t first, const std::function<Result<void>(std::uint64_t, ByteView)>& action) const {
  for (std::uint64_t number = first / kEntriesPerBundle; number * kEntriesPerBundle < size_;
       ++number) {
    CANDOR_TRY(const Bytes bytes, bundle(number));
    const evidence::Bundle read = evidence::read_bundle(bytes);
    std::uint64_t index = number * kEntriesPerBundle;
    if (read.entries.size() < std::min(kEntriesPerBundle, size_ - index)) {
      return fail(ErrorKind::kDataLoss, path_of(number, true) + ": entries are missing");
    }
    for (const ByteView entry : read.entries) {
      if (index >= first && index < size_) {
        CANDOR_CHECK(action(index, entry));
      }
      ++index;
    }
  }
  return {};
}

}  // namespace candor::mirror
