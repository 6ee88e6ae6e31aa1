// SPDX-License-Identifier: Apache-2.0
#include "monitor/mirror/log_tree.h"

#include <utility>

#include "evidence/entry.h"
#include "monitor/mirror/files.h"

namespace candor::mirror {
namespace {

constexpr std::size_t kHashBytes = 32;
constexpr std::uint64_t kTileBytes = evidence::kTileHashes * kHashBytes;

void append_hash(Bytes& bytes, const evidence::Digest& hash) {
  bytes.insert(bytes.end(), hash.begin(), hash.end());
}

evidence::Digest root_of_tile(ByteView bytes) {
  evidence::Frontier frontier;
  for (std::size_t at = 0; at + kHashBytes <= bytes.size(); at += kHashBytes) {
    evidence::Digest hash{};
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), kHashBytes, hash.begin());
    frontier.append(hash);
  }
  return frontier.root();
}

}  // namespace

Result<LogTree> LogTree::open(const std::string& folder, const EntryFiles& entries) {
  const auto read = [&](const evidence::TilePlace& place) { return tile(folder, entries, place); };
  CANDOR_TRY(auto growing, evidence::GrowingTiles::resume(entries.size(), read));
  return LogTree(folder, std::move(growing));
}

Result<void> LogTree::append(const evidence::Digest& leaf) {
  for (const evidence::Tile& whole : growing_.append(leaf)) {
    const std::string path = folder_ + "/" + evidence::tile_path(whole.place);
    CANDOR_CHECK(make_folders(path.substr(0, path.rfind('/'))));
    CANDOR_CHECK(replace(path, whole.bytes));
  }
  return {};
}

Result<Bytes> LogTree::tile(const std::string& folder, const EntryFiles& entries,
                            const evidence::TilePlace& place) {
  const evidence::TilePlace whole{
      .level = place.level, .index = place.index, .width = evidence::kTileHashes};
  auto kept = read_file(folder + "/" + evidence::tile_path(whole), kTileBytes);
  if (kept.has_value() && kept->size() == kTileBytes) {
    return kept;
  }
  Bytes bytes;
  if (place.level == 0) {
    CANDOR_TRY(const Bytes bundle, entries.bundle(place.index));
    const evidence::Bundle read = evidence::read_bundle(bundle);
    for (const ByteView entry : read.entries) {
      append_hash(bytes, evidence::leaf_hash(entry));
    }
    bytes.resize(std::min<std::size_t>(bytes.size(), place.width * kHashBytes));
    return bytes;
  }
  for (std::uint64_t i = 0; i < place.width; ++i) {
    const evidence::TilePlace below{.level = place.level - 1,
                                    .index = place.index * evidence::kTileHashes + i,
                                    .width = evidence::kTileHashes};
    CANDOR_TRY(const Bytes hashes, tile(folder, entries, below));
    append_hash(bytes, root_of_tile(hashes));
  }
  return bytes;
}

Result<evidence::Digest> LogTree::root_at(std::uint64_t size, const EntryFiles& entries) const {
  if (size == growing_.size()) {
    return growing_.root();
  }
  const auto read = [&](const evidence::TilePlace& place) { return tile(folder_, entries, place); };
  return evidence::tree_root(size, evidence::hashes_in_tiles(growing_.size(), read));
}

}  // namespace candor::mirror
