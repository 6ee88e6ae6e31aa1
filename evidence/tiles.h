// SPDX-License-Identifier: Apache-2.0
// The tree's hashes as files of 256 (C2SP tlog-tiles v0.1.0): names, contents, which a growing tree
// writes, reading a node's hash from them. Nothing here opens a file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "evidence/digest.h"
#include "evidence/tree.h"

namespace candor::evidence {

inline constexpr unsigned kTileHeight = 8;
inline constexpr std::uint64_t kTileHashes = std::uint64_t{1} << kTileHeight;
inline constexpr unsigned kTileLevelMax = 7;  // 2^63 - 1 leaves need no higher one.

/// A tile: hashes [index * 256, index * 256 + width) of the tree's level 8 * level. It is whole
/// with a width of 256, and partial below: its whole form begins with the same bytes.
struct TilePlace {
  unsigned level = 0;
  std::uint64_t index = 0;
  std::uint64_t width = kTileHashes;  // 1 to 256.

  friend bool operator==(const TilePlace&, const TilePlace&) = default;
};

/// "000", "999", "x001/000": the number of a tile or bundle in its path.
[[nodiscard]] std::string tile_number(std::uint64_t number);

/// "tile/<level>/<number>", with ".p/<width>" behind it while the tile is partial.
[[nodiscard]] std::string tile_path(const TilePlace& tile);

/// Errors: kInvalidArgument for any other text than tile_path gives.
[[nodiscard]] Result<TilePlace> parse_tile_path(std::string_view path);

/// The tiles that a tree of `to` leaves has and that of `from` leaves had not, by level and index:
/// those that became whole, and on each level the last, partial one if it grew.
/// Shape: from <= to <= kTreeSizeMax; about (to - from) / 255 elements.
[[nodiscard]] std::vector<TilePlace> tiles_of_growth(std::uint64_t from, std::uint64_t to);

/// The tile of a tree of `size` leaves that a node's hash is computed from. The node is whole in
/// the tree.
[[nodiscard]] TilePlace tile_of_node(const NodePlace& node, std::uint64_t size);

/// A tile's bytes: 32 for each hash.
/// Errors: the reader's.
[[nodiscard]] Result<Bytes> tile_bytes(const TilePlace& tile, const HashReader& read);

/// The hash of a node from its tile's bytes, which may be those of a wider form.
/// Errors: kDataLoss  the tile is too short, or no multiple of 32 bytes.
[[nodiscard]] Result<Digest> node_in_tile(const NodePlace& node, ByteView tile);

/// Gives the bytes of a tile. A partial one may be given by the bytes of its whole form.
using TileReader = std::function<Result<Bytes>(const TilePlace&)>;

/// A reader of the tree of `size` leaves from its tiles. It reads a tile anew for each hash, and
/// believes what it reads: whoever proves from it compares the root.
/// Errors of the reader: kInvalidArgument  a node that is not whole in this tree;
///                       kDataLoss         as node_in_tile; the tile reader's.
[[nodiscard]] HashReader hashes_in_tiles(std::uint64_t size, TileReader read);

/// A tile with its bytes.
struct Tile {
  TilePlace place;
  Bytes bytes;
};

/// The right edge of a growing tree: on each level the tile that is not whole yet. At most 64 KiB.
/// One thread at a time.
class GrowingTiles {
 public:
  GrowingTiles() = default;
  /// Goes on at `size` leaves, whose partial tiles the reader has.
  /// Errors: kInvalidArgument  above kTreeSizeMax;
  ///         kDataLoss         a tile that is too short; the reader's.
  [[nodiscard]] static Result<GrowingTiles> resume(std::uint64_t size, const TileReader& read);

  /// The next leaf's hash; gives the tiles that it made whole, the lowest level first.
  [[nodiscard]] std::vector<Tile> append(const Digest& leaf);

  /// The partial tiles of the present size, the lowest level first.
  [[nodiscard]] std::vector<Tile> partial() const;

  [[nodiscard]] std::uint64_t size() const { return frontier_.size(); }
  [[nodiscard]] Digest root() const { return frontier_.root(); }

 private:
  Frontier frontier_;
  std::vector<Bytes> edge_;  // By level, each below 8192 bytes.
};

}  // namespace candor::evidence
