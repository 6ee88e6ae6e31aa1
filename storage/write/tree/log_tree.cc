// SPDX-License-Identifier: Apache-2.0
#include "storage/write/tree/log_tree.h"

#include <fmt/format.h>

namespace candor::storage {

Result<Bytes> TreeView::read(const evidence::TilePlace& place) const {
  if (const auto found = tiles_.find({place.level, place.index}); found != tiles_.end()) {
    return *found->second;
  }
  if (disk_ == nullptr) {
    return fail(ErrorKind::kNotFound, evidence::tile_path(place) + ": is not in memory");
  }
  return disk_({.level = place.level, .index = place.index});
}

evidence::HashReader TreeView::hashes() const {
  return evidence::hashes_in_tiles(
      size_, [this](const evidence::TilePlace& place) { return read(place); });
}

Result<evidence::Proof> TreeView::prove(std::uint64_t from, std::uint64_t to) const {
  if (to > size_) {
    return fail(ErrorKind::kInvalidArgument,
                fmt::format("the tree has {} entries, not {}", size_, to));
  }
  return evidence::prove_consistency(from, to, hashes());
}

Result<evidence::Digest> TreeView::root_at(std::uint64_t size) const {
  if (size > size_) {
    return fail(ErrorKind::kInvalidArgument,
                fmt::format("the tree has {} entries, not {}", size_, size));
  }
  return size == size_ ? Result<evidence::Digest>(root_) : evidence::tree_root(size, hashes());
}

Result<Bytes> TreeView::tile(const evidence::TilePlace& place) const {
  const std::uint64_t hashes_there =
      place.level > evidence::kTileLevelMax ? 0 : size_ >> (evidence::kTileHeight * place.level);
  if (place.index > hashes_there / evidence::kTileHashes ||
      place.index * evidence::kTileHashes + place.width > hashes_there) {
    return fail(ErrorKind::kNotFound, evidence::tile_path(place) + ": the tree is not so large");
  }
  CANDOR_TRY(Bytes bytes, read(place));
  const auto wanted = static_cast<std::size_t>(place.width) * sizeof(evidence::Digest);
  if (bytes.size() < wanted) {
    return fail(ErrorKind::kDataLoss, evidence::tile_path(place) + ": is too short");
  }
  bytes.resize(wanted);
  return bytes;
}

std::vector<evidence::Tile> LogTree::append(const evidence::Digest& leaf) {
  std::vector<evidence::Tile> whole = growing_.append(leaf);
  for (const evidence::Tile& tile : whole) {
    const std::pair key{tile.place.level, tile.place.index};
    recent_[key] = std::make_shared<const Bytes>(tile.bytes);
    order_.push_back(key);
  }
  if (order_.size() > kRecentTiles) {
    const auto surplus = static_cast<std::ptrdiff_t>(order_.size() - kRecentTiles);
    for (auto old = order_.begin(); old != order_.begin() + surplus; ++old) {
      recent_.erase(*old);
    }
    order_.erase(order_.begin(), order_.begin() + surplus);
  }
  return whole;
}

TreeView LogTree::view(TreeView::DiskReader disk) const {
  TreeView::Tiles tiles = recent_;
  for (evidence::Tile& tile : growing_.partial()) {
    tiles[{tile.place.level, tile.place.index}] =
        std::make_shared<const Bytes>(std::move(tile.bytes));
  }
  return {size(), root(), std::move(tiles), std::move(disk)};
}

}  // namespace candor::storage
