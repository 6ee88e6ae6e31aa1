// SPDX-License-Identifier: Apache-2.0
// A log's tree while it grows: its right edge and its last whole tiles in memory, the others read
// from disk when a proof needs them (docs/design/notary.md).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "evidence/proofs.h"
#include "evidence/tiles.h"

namespace candor::storage {

/// A tree as it was at one moment. Immutable; thread: any. Proving may read the disk.
class TreeView {
 public:
  /// The whole tile from disk. Thread: whoever proves.
  using DiskReader = std::function<Result<Bytes>(const evidence::TilePlace&)>;
  /// By level and index.
  using Tiles = std::map<std::pair<unsigned, std::uint64_t>, std::shared_ptr<const Bytes>>;

  TreeView() = default;
  TreeView(std::uint64_t size, const evidence::Digest& root, Tiles tiles, DiskReader disk)
      : size_(size), root_(root), tiles_(std::move(tiles)), disk_(std::move(disk)) {}

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const evidence::Digest& root() const { return root_; }

  /// That the first `from` entries are the beginning of the first `to`.
  /// Shape: from <= to <= size(). Errors: kInvalidArgument; the disk's; kDataLoss  a tile on disk
  /// is damaged.
  [[nodiscard]] Result<evidence::Proof> prove(std::uint64_t from, std::uint64_t to) const;
  /// The root when the tree had so many leaves; at most size(). Errors: the disk's.
  [[nodiscard]] Result<evidence::Digest> root_at(std::uint64_t size) const;
  /// A tile's bytes; a partial one is cut out of what there is.
  /// Errors: kNotFound  the tree does not reach so far; the disk's.
  [[nodiscard]] Result<Bytes> tile(const evidence::TilePlace& place) const;

 private:
  [[nodiscard]] Result<Bytes> read(const evidence::TilePlace& place) const;
  [[nodiscard]] evidence::HashReader hashes() const;

  std::uint64_t size_ = 0;
  evidence::Digest root_{};
  Tiles tiles_;
  DiskReader disk_;
};

/// One thread at a time.
class LogTree {
 public:
  /// Whole tiles that are kept: proofs from what a witness cosigned within hours need no disk.
  static constexpr std::size_t kRecentTiles = 64;

  LogTree() = default;
  explicit LogTree(evidence::GrowingTiles growing) : growing_(std::move(growing)) {}

  /// The next leaf; returns the tiles that it made whole.
  [[nodiscard]] std::vector<evidence::Tile> append(const evidence::Digest& leaf);

  [[nodiscard]] std::uint64_t size() const { return growing_.size(); }
  [[nodiscard]] evidence::Digest root() const { return growing_.root(); }
  [[nodiscard]] TreeView view(TreeView::DiskReader disk) const;

 private:
  evidence::GrowingTiles growing_;
  TreeView::Tiles recent_;
  std::vector<std::pair<unsigned, std::uint64_t>> order_;  // Of recent_, the oldest first.
};

}  // namespace candor::storage
