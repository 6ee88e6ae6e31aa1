// SPDX-License-Identifier: Apache-2.0
// Trees, proofs, tiles and notes against Go's x/mod, which tests/evidence/oracle asks: both must
// say the same of random leaves and keys.
#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/base64.h"
#include "evidence/note.h"
#include "evidence/proofs.h"
#include "evidence/tiles.h"
#include "tests/evidence/vectors.h"
#include "tests/support/temp_folder.h"

namespace candor::evidence {
namespace {

constexpr std::uint64_t kSizeMax = 2000;  // As in oracle/main.go.
constexpr std::string_view kSeed = "7";

// The words of each line that the oracle answers with.
using Answer = std::vector<std::vector<std::string>>;

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) {
    words.push_back(word);
  }
  return words;
}

Answer ask(const std::string& question, const std::string& input = "/dev/null") {
  const std::string command =
      std::string(CANDOR_EVIDENCE_ORACLE " ") + question + " " + std::string(kSeed) + " <" + input;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::string all;
  std::array<char, 65'536> part{};
  for (std::size_t got = 1; got > 0;) {
    got = std::fread(part.data(), 1, part.size(), pipe);
    all.append(part.data(), got);
  }
  EXPECT_EQ(::pclose(pipe), 0) << command;
  Answer answer;
  std::istringstream stream(all);
  for (std::string line; std::getline(stream, line);) {
    answer.push_back(words_of(line));
  }
  EXPECT_FALSE(answer.empty());
  return answer;
}

// All nodes of the tree whose leaves the oracle makes too.
class OracleTree {
 public:
  OracleTree() : rows_(1) {
    for (std::uint64_t i = 0; i < kSizeMax; ++i) {
      rows_[0].push_back(
          leaf_hash(as_bytes("entry " + std::string(kSeed) + " " + std::to_string(i))));
    }
    while (rows_.back().size() > 1) {
      const std::vector<Digest>& below = rows_.back();
      std::vector<Digest> row;
      for (std::size_t i = 0; i + 1 < below.size(); i += 2) {
        row.push_back(node_hash(below[i], below[i + 1]));
      }
      rows_.push_back(std::move(row));
    }
  }

  [[nodiscard]] HashReader reader() const {
    return [this](const NodePlace& node) -> Result<Digest> {
      return rows_.at(node.level).at(node.index);
    };
  }
  [[nodiscard]] TreeHead head(std::uint64_t size) const {
    return {.size = size, .root = tree_root(size, reader()).value()};
  }
  [[nodiscard]] const Digest& leaf(std::uint64_t index) const { return rows_[0].at(index); }

 private:
  std::vector<std::vector<Digest>> rows_;
};

const OracleTree& tree() {
  static const OracleTree kTree;
  return kTree;
}

// The hashes behind the two numbers that a line begins with.
std::string hashes_of(const std::vector<std::string>& line) {
  std::string text;
  for (std::size_t i = 2; i < line.size(); ++i) {
    text += line[i];
  }
  return text;
}

std::string hashes_of(const Proof& proof) {
  std::string text;
  for (const Digest& hash : proof) {
    text += to_hex(hash);
  }
  return text;
}

TEST(OracleTest, AgreesOnTheRootOfEverySizeWhileTheTreeGrows) {
  Frontier frontier;
  GrowingTiles tiles;
  for (const auto& line : ask("roots")) {
    const Digest& leaf = tree().leaf(frontier.size());
    frontier.append(leaf);
    static_cast<void>(tiles.append(leaf));
    ASSERT_EQ(std::to_string(frontier.size()), line.at(0));
    ASSERT_EQ(to_hex(frontier.root()), line.at(1));
    ASSERT_EQ(to_hex(tiles.root()), line.at(1));
    ASSERT_EQ(to_hex(tree().head(frontier.size()).root), line.at(1));
  }
  EXPECT_EQ(frontier.size(), kSizeMax);
}

TEST(OracleTest, AgreesOnInclusionProofs) {
  for (const auto& line : ask("inclusions")) {
    const std::uint64_t index = std::stoull(line.at(0));
    const TreeHead head = tree().head(std::stoull(line.at(1)));
    const Proof proof = prove_inclusion(index, head.size, tree().reader()).value();
    ASSERT_EQ(hashes_of(proof), hashes_of(line)) << index << " in " << head.size;
    ASSERT_TRUE(
        check_inclusion(proof, index, head.size, tree().leaf(index), head.root).has_value());
    // A range of one entry is made of the same hashes, in another order.
    Proof range = prove_range(index, index + 1, head.size, tree().reader()).value();
    ASSERT_TRUE(check_range(range, index, std::vector{tree().leaf(index)}, head).has_value());
    ASSERT_TRUE(std::is_permutation(range.begin(), range.end(), proof.begin(), proof.end()));
  }
}

TEST(OracleTest, AgreesOnConsistencyProofs) {
  for (const auto& line : ask("consistencies")) {
    const TreeHead from = tree().head(std::stoull(line.at(0)));
    const TreeHead to = tree().head(std::stoull(line.at(1)));
    const Proof proof = prove_consistency(from.size, to.size, tree().reader()).value();
    ASSERT_EQ(hashes_of(proof), hashes_of(line)) << from.size << " to " << to.size;
    ASSERT_TRUE(check_consistency(proof, from, to).has_value());
  }
}

TEST(OracleTest, AgreesOnWhichTilesAGrowthMakesAndOnTheirBytes) {
  for (const auto& line : ask("tiles")) {
    std::vector<std::string> own = {line.at(0), line.at(1)};
    for (const TilePlace& tile : tiles_of_growth(std::stoull(line[0]), std::stoull(line[1]))) {
      own.push_back(tile_path(tile));
      own.push_back(to_hex(sha256(tile_bytes(tile, tree().reader()).value())));
    }
    ASSERT_EQ(own, line);
  }
}

TEST(OracleTest, AgreesOnEveryNodeReadFromTiles) {
  const HashReader read = hashes_in_tiles(
      kSizeMax, [](const TilePlace& tile) { return tile_bytes(tile, tree().reader()); });
  for (const auto& line : ask("nodes")) {
    const NodePlace node{.level = static_cast<unsigned>(std::stoul(line.at(0))),
                         .index = std::stoull(line.at(1))};
    ASSERT_EQ(to_hex(read(node).value()), line.at(2)) << node.level << " " << node.index;
  }
}

TEST(OracleTest, OpensNotesThatGoSigned) {
  for (const auto& line : ask("notes")) {
    const std::vector<NoteKey> keys = {parse_vkey(line.at(0)).value(),
                                       parse_vkey(line.at(1)).value()};
    const Bytes bytes = from_base64(line.at(2)).value();
    const Note note = parse_note(as_text(bytes)).value();
    EXPECT_EQ(verify_note(note, keys).value().size(), 2U);
    EXPECT_EQ(verify_note(note, std::span(keys).last(1)).value().size(), 1U);
    EXPECT_EQ(format_note(note), as_text(bytes));
    EXPECT_EQ(format_vkey(keys[1]), line.at(1));
  }
}

bool opens(const std::string& bytes, const NoteKey& key) {
  const auto note = parse_note(bytes);
  return note.has_value() && verify_note(*note, std::vector{key}).has_value();
}

TEST(OracleTest, SignsNotesThatGoOpensAndAcceptsNoneThatGoRefuses) {
  MemorySigner signer = signer_of(1);
  MemorySigner witness = signer_of(2);
  Note note{.text = std::string(kCheckpointText), .signatures = {}};
  note.signatures.push_back(cosign_note(note.text, kWitness, kWitnessTime, witness).value());
  note.signatures.push_back(sign_note(note.text, kOrigin, signer).value());
  const std::string good = format_note(note);
  // Every byte exchanged, taken away and doubled, three times each.
  std::vector<std::string> asked = {good};
  std::mt19937 random(1);  // NOLINT(bugprone-random-generator-seed): the same each time.
  for (std::size_t at = 0; at < 3 * good.size(); ++at) {
    std::string spoilt = good;
    spoilt[at / 3] = static_cast<char>(random());
    asked.push_back(spoilt);
    asked.push_back(good.substr(0, at / 3) + good.substr(at / 3 + 1));
    asked.push_back(good.substr(0, at / 3) + good.substr(at / 3 == 0 ? 0 : at / 3 - 1));
  }
  const test::TempFolder folder;
  const std::string path = folder / "notes";
  std::ofstream file(path);
  for (const std::string& bytes : asked) {
    file << kLogVkey << " " << to_base64(as_bytes(bytes)) << "\n";
  }
  file.close();

  const Answer answer = ask("open", path);

  ASSERT_EQ(answer.size(), asked.size());
  EXPECT_EQ(answer[0].at(0), "good");
  EXPECT_TRUE(opens(good, log_key()));
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (opens(asked[i], log_key())) {
      EXPECT_EQ(answer[i].at(0), "good") << asked[i];
    }
  }
}

}  // namespace
}  // namespace candor::evidence
