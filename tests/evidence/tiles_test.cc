// SPDX-License-Identifier: Apache-2.0
// Tiles: their names, which a growing tree writes, and the tree read back from them.
#include "evidence/tiles.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evidence/proofs.h"
#include "tests/evidence/leaves.h"

namespace candor::evidence {
namespace {

using ::testing::ElementsAre;

// Tiles as files by their path; a partial one is not there any more once it is whole.
class TileFolder {
 public:
  void grow(GrowingTiles& tiles, std::uint64_t size) {
    while (tiles.size() < size) {
      for (Tile& tile : tiles.append(leaf_of(tiles.size()))) {
        files_[tile_path(tile.place)] = std::move(tile.bytes);
      }
    }
    for (Tile& tile : tiles.partial()) {
      files_[tile_path(tile.place)] = std::move(tile.bytes);
    }
  }

  [[nodiscard]] TileReader reader() const {
    return [this](const TilePlace& tile) -> Result<Bytes> {
      const auto file = files_.find(tile_path(tile));
      return file == files_.end() ? Result<Bytes>(fail(ErrorKind::kNotFound, tile_path(tile)))
                                  : Result<Bytes>(file->second);
    };
  }

  [[nodiscard]] std::vector<std::string> paths() const {
    std::vector<std::string> all;
    for (const auto& [path, bytes] : files_) {
      all.push_back(path);
    }
    return all;
  }

  std::map<std::string, Bytes> files_;
};

std::vector<std::string> paths_of_growth(std::uint64_t from, std::uint64_t to) {
  std::vector<std::string> paths;
  for (const TilePlace& tile : tiles_of_growth(from, to)) {
    paths.push_back(tile_path(tile));
  }
  return paths;
}

TEST(TilePathTest, IsWrittenAsTlogTilesSays) {
  EXPECT_EQ(tile_number(0), "000");
  EXPECT_EQ(tile_number(67), "067");
  EXPECT_EQ(tile_number(1000), "x001/000");
  EXPECT_EQ(tile_number(1234067), "x001/x234/067");
  EXPECT_EQ(tile_path({.level = 0, .index = 1234067}), "tile/0/x001/x234/067");
  EXPECT_EQ(tile_path({.level = 3, .index = 5, .width = 255}), "tile/3/005.p/255");
}

TEST(TilePathTest, ReadsBackEveryPathItWrites) {
  for (const std::uint64_t index : {std::uint64_t{0}, std::uint64_t{999}, std::uint64_t{1000},
                                    std::uint64_t{1'234'067}, kTreeSizeMax / 256}) {
    for (const std::uint64_t width : {1U, 112U, 256U}) {
      const TilePlace tile{.level = 7, .index = index, .width = width};
      EXPECT_EQ(parse_tile_path(tile_path(tile)).value(), tile);
    }
  }
}

TEST(TilePathTest, RefusesEveryOtherText) {
  for (const char* path : {"",
                           "tile",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "tile/0/0",
                           "tile/0/00",
                           "tile/0/0000",
                           "tile/8/000",
                           "tile/00/000",
                           "tile/-/000",
                           "tile/0/x000/000",
                           "tile/0/x001",
                           "tile/0/001/",
                           "tile/0/001/000",
                           "tile/0/x001/x000",
                           "tile/0/000.p",
                           "tile/0/000.p/",
                           "tile/0/000.p/0",
                           "tile/0/000.p/256",
                           "tile/0/000.p/01",
                           "tile/0/000.p/1/2",
                           "/tile/0/000",
                           "tile/0/000 ",
                           "tile/entries/000",
                           "tile/0/../000",
                           "tile/0/x999/x999/x999/x999/x999/x999/x999/999"}) {
    const auto tile = parse_tile_path(path);
    ASSERT_FALSE(tile.has_value()) << path;
    EXPECT_EQ(tile.error().kind(), ErrorKind::kInvalidArgument);
  }
}

TEST(TilesOfGrowthTest, AreThoseOfTheExampleOfTlogTiles) {
  // C2SP tlog-tiles, "Partial Tiles": 273 full tiles of level 0, one of level 1, three partial
  // ones.
  const auto tiles = tiles_of_growth(0, 70'000);

  ASSERT_EQ(tiles.size(), 277U);
  EXPECT_EQ(tile_path(tiles[272]), "tile/0/272");
  EXPECT_EQ(tile_path(tiles[273]), "tile/0/273.p/112");
  EXPECT_EQ(tile_path(tiles[274]), "tile/1/000");
  EXPECT_EQ(tile_path(tiles[275]), "tile/1/001.p/17");
  EXPECT_EQ(tile_path(tiles[276]), "tile/2/000.p/1");
}

TEST(TilesOfGrowthTest, AreOnlyThoseThatChange) {
  EXPECT_THAT(paths_of_growth(0, 0), ElementsAre());
  EXPECT_THAT(paths_of_growth(5, 5), ElementsAre());
  EXPECT_THAT(paths_of_growth(5, 6), ElementsAre("tile/0/000.p/6"));
  EXPECT_THAT(paths_of_growth(255, 256), ElementsAre("tile/0/000", "tile/1/000.p/1"));
  EXPECT_THAT(paths_of_growth(256, 257), ElementsAre("tile/0/001.p/1"));
  EXPECT_THAT(paths_of_growth(250, 515),
              ElementsAre("tile/0/000", "tile/0/001", "tile/0/002.p/3", "tile/1/000.p/2"));
}

TEST(GrowingTilesTest, GiveTheTilesOfTheirGrowthWithTheirBytes) {
  TileFolder folder;
  GrowingTiles tiles;

  folder.grow(tiles, 600);

  EXPECT_EQ(tiles.root(), mth(0, 600));
  EXPECT_THAT(folder.paths(), ::testing::UnorderedElementsAreArray(paths_of_growth(0, 600)));
  for (const TilePlace& tile : tiles_of_growth(0, 600)) {
    EXPECT_EQ(folder.files_.at(tile_path(tile)), tile_bytes(tile, reader()).value());
  }
}

TEST(GrowingTilesTest, GoOnWhereOthersStopped) {
  for (const std::uint64_t stop : {0U, 1U, 255U, 256U, 257U, 511U, 512U, 600U}) {
    TileFolder folder;
    GrowingTiles first;
    folder.grow(first, stop);
    GrowingTiles second = GrowingTiles::resume(stop, folder.reader()).value();
    EXPECT_EQ(second.root(), mth(0, stop));
    folder.grow(second, 700);
    EXPECT_EQ(second.root(), mth(0, 700)) << stop;
    EXPECT_EQ(folder.files_.at("tile/0/002.p/188"),
              tile_bytes({.level = 0, .index = 2, .width = 188}, reader()).value());
  }
}

TEST(GrowingTilesTest, SayWhatTilesLackWhenTheyGoOn) {
  TileFolder folder;
  GrowingTiles tiles;
  folder.grow(tiles, 300);
  folder.files_.at("tile/0/001.p/44").resize(43 * 32);
  EXPECT_EQ(GrowingTiles::resume(300, folder.reader()).error().kind(), ErrorKind::kDataLoss);
  folder.files_.erase("tile/0/001.p/44");
  EXPECT_EQ(GrowingTiles::resume(300, folder.reader()).error().kind(), ErrorKind::kNotFound);
}

TEST(HashesInTilesTest, SufficeForEveryKindOfProof) {
  TileFolder folder;
  GrowingTiles tiles;
  folder.grow(tiles, 700);
  const HashReader read = hashes_in_tiles(700, folder.reader());
  const TreeHead head{.size = 700, .root = tiles.root()};

  EXPECT_EQ(tree_root(700, read).value(), head.root);
  for (const std::uint64_t index : {0U, 255U, 256U, 512U, 699U}) {
    const Proof inclusion = prove_inclusion(index, 700, read).value();
    EXPECT_EQ(inclusion, prove_inclusion(index, 700, reader()).value());
    const Proof consistency = prove_consistency(index, 700, read).value();
    EXPECT_TRUE(
        check_consistency(consistency, {.size = index, .root = mth(0, index)}, head).has_value());
  }
  const Proof range = prove_range(200, 300, 700, read).value();
  EXPECT_TRUE(check_range(range, 200, leaves_of(200, 300), head).has_value());
}

TEST(HashesInTilesTest, TakesTheWholeFormOfATileForAPartialOne) {
  TileFolder folder;
  GrowingTiles tiles;
  folder.grow(tiles, 600);
  const TileReader whole_only = [&folder](TilePlace tile) {
    tile.width = tile.index == 0 && tile.level == 0 ? 256 : tile.width;
    return folder.reader()(tile);
  };
  EXPECT_EQ(tree_root(200, hashes_in_tiles(200, whole_only)).value(), mth(0, 200));
}

TEST(HashesInTilesTest, HasNoNodeThatIsNotWholeInTheTree) {
  const HashReader read = hashes_in_tiles(5, TileFolder().reader());
  for (const NodePlace& node :
       {NodePlace{0, 5}, NodePlace{1, 2}, NodePlace{2, 1}, NodePlace{3, 0}, NodePlace{64, 0}}) {
    EXPECT_EQ(read(node).error().kind(), ErrorKind::kInvalidArgument);
  }
}

TEST(HashesInTilesTest, RefusesATileOfAnImpossibleLength) {
  for (const std::size_t size : {0U, 31U, 33U, 257U * 32U}) {
    EXPECT_EQ(node_in_tile({.level = 0, .index = 0}, Bytes(size)).error().kind(),
              ErrorKind::kDataLoss);
  }
  EXPECT_FALSE(node_in_tile({.level = 1, .index = 1}, Bytes(96)).has_value());
}

}  // namespace
}  // namespace candor::evidence
