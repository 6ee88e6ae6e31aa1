// SPDX-License-Identifier: Apache-2.0
#include "evidence/tiles.h"

#include <algorithm>
#include <bit>
#include <span>

#include <fmt/format.h>

#include "core/assert.h"
#include "evidence/text_lines.h"

namespace candor::evidence {
namespace {

constexpr std::size_t kHashBytes = Digest{}.size();
constexpr std::uint64_t kNumbersAFolder = 1000;
constexpr std::size_t kDigitsAFolder = 3;

// Hashes of level 8 * tile_level that a tree of `size` leaves has.
std::uint64_t hashes_at(unsigned tile_level, std::uint64_t size) {
  return size >> (kTileHeight * tile_level);
}

Digest hash_at(ByteView tile, std::size_t position) {
  Digest hash{};
  std::copy_n(tile.begin() + static_cast<std::ptrdiff_t>(position * kHashBytes), kHashBytes,
              hash.begin());
  return hash;
}

// The root of the whole subtree over these hashes, a power of two of them.
Digest root_of(ByteView hashes) {
  std::vector<Digest> row;
  row.reserve(hashes.size() / kHashBytes);
  for (std::size_t i = 0; i < hashes.size() / kHashBytes; ++i) {
    row.push_back(hash_at(hashes, i));
  }
  while (row.size() > 1) {
    for (std::size_t i = 0; i < row.size() / 2; ++i) {
      row[i] = node_hash(row[2 * i], row[2 * i + 1]);
    }
    row.resize(row.size() / 2);
  }
  return row.front();
}

// Where in its tile a node's hashes lie.
struct Slice {
  std::uint64_t first = 0;  // Among all hashes of the tile's level.
  std::uint64_t count = 0;
};

Slice slice_of(const NodePlace& node) {
  const unsigned above = node.level % kTileHeight;
  return {.first = node.index << above, .count = std::uint64_t{1} << above};
}

bool is_whole_in(const NodePlace& node, std::uint64_t size) {
  return node.level < 63 && node.index < size >> node.level;
}

Result<std::uint64_t> parse_tile_number(std::string_view text) {
  std::uint64_t number = 0;
  while (true) {
    const bool is_last = !text.starts_with('x');
    text.remove_prefix(is_last ? 0 : 1);
    const std::string_view digits = text.substr(0, kDigitsAFolder);
    const bool is_number =
        digits.size() == kDigitsAFolder &&
        std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!is_number || number > kTreeSizeMax / kNumbersAFolder - 1) {
      return fail(ErrorKind::kInvalidArgument, "no tile's number");
    }
    for (const char c : digits) {
      number = number * 10 + static_cast<std::uint64_t>(c - '0');
    }
    text.remove_prefix(kDigitsAFolder);
    if (is_last) {
      return text.empty()
                 ? Result<std::uint64_t>(number)
                 : Result<std::uint64_t>(fail(ErrorKind::kInvalidArgument, "no tile's number"));
    }
    if (!text.starts_with('/')) {
      return fail(ErrorKind::kInvalidArgument, "no tile's number");
    }
    text.remove_prefix(1);
  }
}

}  // namespace

std::string tile_number(std::uint64_t number) {
  std::string text = fmt::format("{:03}", number % kNumbersAFolder);
  for (number /= kNumbersAFolder; number > 0; number /= kNumbersAFolder) {
    text = fmt::format("x{:03}/{}", number % kNumbersAFolder, text);
  }
  return text;
}

std::string tile_path(const TilePlace& tile) {
  CANDOR_ASSERT(tile.width >= 1 && tile.width <= kTileHashes);
  const std::string path = fmt::format("tile/{}/{}", tile.level, tile_number(tile.index));
  return tile.width == kTileHashes ? path : fmt::format("{}.p/{}", path, tile.width);
}

Result<TilePlace> parse_tile_path(std::string_view path) {
  constexpr std::string_view kStart = "tile/";
  constexpr std::string_view kPartial = ".p/";
  const std::string_view whole = path;
  TilePlace tile;
  if (path.size() > kStart.size() + 1 && path.starts_with(kStart)) {
    tile.level = static_cast<unsigned>(path[kStart.size()] - '0');
    path.remove_prefix(kStart.size() + 1);
    if (const std::size_t at = path.find(kPartial); at != std::string_view::npos) {
      tile.width = parse_decimal(path.substr(at + kPartial.size())).value_or(0);
      path = path.substr(0, at);
    }
    const auto number =
        parse_tile_number(path.starts_with('/') ? path.substr(1) : std::string_view());
    tile.index = number.value_or(0);
    // Written again it must be the same text: one tile, one path.
    if (number.has_value() && tile.level <= kTileLevelMax && tile.width >= 1 &&
        tile.width <= kTileHashes && tile_path(tile) == whole) {
      return tile;
    }
  }
  return fail(ErrorKind::kInvalidArgument, "no tile's path: " + quoted(whole));
}

std::vector<TilePlace> tiles_of_growth(std::uint64_t from, std::uint64_t to) {
  CANDOR_ASSERT(from <= to && to <= kTreeSizeMax);
  std::vector<TilePlace> tiles;
  for (unsigned level = 0; level <= kTileLevelMax && hashes_at(level, to) > 0; ++level) {
    const std::uint64_t had = hashes_at(level, from);
    const std::uint64_t has = hashes_at(level, to);
    for (std::uint64_t index = had / kTileHashes; index < has / kTileHashes; ++index) {
      tiles.push_back({.level = level, .index = index, .width = kTileHashes});
    }
    if (has != had && has % kTileHashes != 0) {
      tiles.push_back({.level = level, .index = has / kTileHashes, .width = has % kTileHashes});
    }
  }
  return tiles;
}

TilePlace tile_of_node(const NodePlace& node, std::uint64_t size) {
  CANDOR_ASSERT(is_whole_in(node, size));
  const unsigned level = node.level / kTileHeight;
  const std::uint64_t index = slice_of(node).first / kTileHashes;
  const std::uint64_t held = hashes_at(level, size) - index * kTileHashes;
  return {.level = level, .index = index, .width = std::min(held, kTileHashes)};
}

Result<Bytes> tile_bytes(const TilePlace& tile, const HashReader& read) {
  Bytes bytes;
  bytes.reserve(tile.width * kHashBytes);
  for (std::uint64_t i = 0; i < tile.width; ++i) {
    CANDOR_TRY(const Digest hash,
               read({.level = tile.level * kTileHeight, .index = tile.index * kTileHashes + i}));
    bytes.insert(bytes.end(), hash.begin(), hash.end());
  }
  return bytes;
}

Result<Digest> node_in_tile(const NodePlace& node, ByteView tile) {
  const Slice slice = slice_of(node);
  const std::uint64_t begin = slice.first % kTileHashes * kHashBytes;
  const std::uint64_t bytes = slice.count * kHashBytes;
  if (tile.size() % kHashBytes != 0 || tile.size() > kTileHashes * kHashBytes ||
      begin + bytes > tile.size()) {
    return fail(ErrorKind::kDataLoss, "tile of " + std::to_string(tile.size()) + " bytes");
  }
  return root_of(tile.subspan(begin, bytes));
}

HashReader hashes_in_tiles(std::uint64_t size, TileReader read) {
  return [size, read = std::move(read)](const NodePlace& node) -> Result<Digest> {
    if (!is_whole_in(node, size)) {
      return fail(ErrorKind::kInvalidArgument,
                  fmt::format("a tree of {} leaves has no node {} at level {}", size, node.index,
                              node.level));
    }
    CANDOR_TRY(const Bytes tile, read(tile_of_node(node, size)));
    return node_in_tile(node, tile);
  };
}

Result<GrowingTiles> GrowingTiles::resume(std::uint64_t size, const TileReader& read) {
  GrowingTiles tiles;
  CANDOR_TRY(tiles.frontier_, Frontier::resume(size, hashes_in_tiles(size, read)));
  for (unsigned level = 0; level <= kTileLevelMax && hashes_at(level, size) > 0; ++level) {
    const std::uint64_t held = hashes_at(level, size);
    Bytes& edge = tiles.edge_.emplace_back();
    const TilePlace place{.level = level, .index = held / kTileHashes, .width = held % kTileHashes};
    if (place.width == 0) {
      continue;
    }
    CANDOR_TRY(edge, read(place));
    if (edge.size() < place.width * kHashBytes) {
      return fail(ErrorKind::kDataLoss,
                  tile_path(place) + ": of " + std::to_string(edge.size()) + " bytes");
    }
    edge.resize(place.width * kHashBytes);
  }
  return tiles;
}

std::vector<Tile> GrowingTiles::append(const Digest& leaf) {
  frontier_.append(leaf);
  std::vector<Tile> whole;
  Digest hash = leaf;
  for (unsigned level = 0;; ++level) {
    if (level == edge_.size()) {
      edge_.emplace_back();
    }
    Bytes& edge = edge_[level];
    edge.insert(edge.end(), hash.begin(), hash.end());
    if (edge.size() < kTileHashes * kHashBytes) {
      return whole;
    }
    hash = root_of(edge);
    const std::uint64_t index = hashes_at(level, size()) / kTileHashes - 1;
    whole.push_back({.place = {.level = level, .index = index, .width = kTileHashes},
                     .bytes = std::move(edge)});
    edge = Bytes();
  }
}

std::vector<Tile> GrowingTiles::partial() const {
  std::vector<Tile> tiles;
  for (unsigned level = 0; level < edge_.size(); ++level) {
    if (!edge_[level].empty()) {
      tiles.push_back({.place = {.level = level,
                                 .index = hashes_at(level, size()) / kTileHashes,
                                 .width = edge_[level].size() / kHashBytes},
                       .bytes = edge_[level]});
    }
  }
  return tiles;
}

}  // namespace candor::evidence
