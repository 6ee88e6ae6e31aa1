// SPDX-License-Identifier: Apache-2.0
// Proofs: the published ones, all of small trees, and each of them spoilt in every way.
#include "evidence/proofs.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/base64.h"
#include "evidence/text_lines.h"
#include "tests/evidence/leaves.h"
#include "tests/evidence/vectors.h"

namespace candor::evidence {
namespace {

constexpr std::uint64_t kSizes = 20;  // All proofs of all trees up to here.

Digest digest_of_hex(std::string_view hex) {
  const Bytes bytes = from_hex(hex).value();
  Digest digest{};
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

Proof vector_proof() {
  Proof proof;
  for (const std::string_view line : kConsistency5To11) {
    proof.push_back(parse_digest(line).value());
  }
  return proof;
}

TreeHead head_of(std::uint64_t size) { return {.size = size, .root = mth(0, size)}; }

// Calls `check` with each proof that differs from a right one by a hash more, less or other.
template <typename Check>
void expect_spoilt_are_refused(const Proof& right, const Check& check) {
  Proof longer = right;
  longer.push_back(Digest{});
  EXPECT_EQ(check(longer), ErrorKind::kInvalidArgument);
  for (std::size_t i = 0; i < right.size(); ++i) {
    Proof shorter = right;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(check(shorter), ErrorKind::kInvalidArgument);
    Proof other = right;
    other[i][31] ^= 1;
    EXPECT_EQ(check(other), ErrorKind::kDataLoss);
  }
}

ErrorKind kind_of(const Result<void>& result) {
  EXPECT_FALSE(result.has_value());
  return result.has_value() ? ErrorKind::kInternal : result.error().kind();
}

TEST(ProofVectorTest, HoldsForTheConsistencyOf5And11) {
  const TreeHead from{.size = 5, .root = digest_of_hex(kRoot5)};
  const TreeHead to{.size = 11, .root = digest_of_hex(kRoot11)};

  EXPECT_TRUE(check_consistency(vector_proof(), from, to).has_value());
  EXPECT_FALSE(check_consistency(vector_proof(), {6, from.root}, to).has_value());
}

TEST(ProofVectorTest, HoldsForEntry4In11AsInclusionAndAsRange) {
  const Proof all = vector_proof();
  const Digest leaf = digest_of_hex(kLeaf4);
  const Digest root = digest_of_hex(kRoot11);

  EXPECT_EQ(all.front(), leaf);
  EXPECT_TRUE(check_inclusion(std::span(all).last(4), 4, 11, leaf, root).has_value());
  // The same hashes from left to right: entries 0 to 3, 5, 6 to 7, 8 to 10.
  const Proof range = {all[3], all[1], all[2], all[4]};
  EXPECT_TRUE(check_range(range, 4, std::vector{leaf}, {.size = 11, .root = root}).has_value());
}

TEST(InclusionTest, IsProvenForEveryEntryAndForNoOther) {
  for (std::uint64_t size = 1; size <= kSizes; ++size) {
    const Digest root = mth(0, size);
    for (std::uint64_t index = 0; index < size; ++index) {
      const Proof proof = prove_inclusion(index, size, reader()).value();
      EXPECT_TRUE(check_inclusion(proof, index, size, leaf_of(index), root).has_value());
      for (std::uint64_t other = 0; other < size; ++other) {
        EXPECT_EQ(check_inclusion(proof, other, size, leaf_of(index), root).has_value(),
                  other == index);
        EXPECT_EQ(check_inclusion(proof, index, size, leaf_of(other), root).has_value(),
                  other == index);
      }
      expect_spoilt_are_refused(proof, [&](const Proof& spoilt) {
        return kind_of(check_inclusion(spoilt, index, size, leaf_of(index), root));
      });
    }
  }
}

TEST(InclusionTest, RefusesAPositionThatTheTreeDoesNotHave) {
  for (const auto& [index, size] : {std::pair<std::uint64_t, std::uint64_t>{0, 0},
                                    {5, 5},
                                    {kTreeSizeMax, kTreeSizeMax},
                                    {0, kTreeSizeMax + 1},
                                    {~std::uint64_t{0}, 5}}) {
    EXPECT_EQ(prove_inclusion(index, size, reader()).error().kind(), ErrorKind::kInvalidArgument);
    EXPECT_EQ(kind_of(check_inclusion({}, index, size, {}, {})), ErrorKind::kInvalidArgument);
  }
}

TEST(InclusionTest, TakesNoNodeForALeaf) {
  // The node over entries 0 and 1, shown as the only left leaf of a tree of two.
  const Digest node = mth(0, 2);
  EXPECT_FALSE(check_inclusion(Proof{mth(2, 4)}, 0, 4, node, mth(0, 4)).has_value());
}

TEST(ConsistencyTest, IsProvenForEveryPairOfSizesAndForNoOther) {
  for (std::uint64_t to = 0; to <= kSizes; ++to) {
    for (std::uint64_t from = 0; from <= to; ++from) {
      const Proof proof = prove_consistency(from, to, reader()).value();
      EXPECT_TRUE(check_consistency(proof, head_of(from), head_of(to)).has_value());
      for (std::uint64_t other = 1; other < to; ++other) {
        EXPECT_EQ(check_consistency(proof, head_of(other), head_of(to)).has_value(), other == from);
      }
      if (from > 0) {
        expect_spoilt_are_refused(proof, [&](const Proof& spoilt) {
          return kind_of(check_consistency(spoilt, head_of(from), head_of(to)));
        });
      }
    }
  }
}

TEST(ConsistencyTest, RefusesAnotherRootOfEitherSize) {
  for (std::uint64_t to = 0; to <= kSizes; ++to) {
    for (std::uint64_t from = 0; from <= to; ++from) {
      const Proof proof = prove_consistency(from, to, reader()).value();
      TreeHead other = head_of(from);
      other.root[0] ^= 1;
      EXPECT_EQ(kind_of(check_consistency(proof, other, head_of(to))), ErrorKind::kDataLoss);
      // Nothing is known of a tree that nothing was cosigned of, but that it was empty.
      other = head_of(to);
      other.root[0] ^= 1;
      EXPECT_EQ(check_consistency(proof, head_of(from), other).has_value(), from == 0 && to > 0);
    }
  }
}

TEST(ConsistencyTest, RefusesASmallerTreeBehindALarger) {
  EXPECT_EQ(prove_consistency(6, 5, reader()).error().kind(), ErrorKind::kInvalidArgument);
  EXPECT_EQ(kind_of(check_consistency({}, head_of(6), head_of(5))), ErrorKind::kInvalidArgument);
  EXPECT_EQ(kind_of(check_consistency({}, head_of(6), {kTreeSizeMax + 1, {}})),
            ErrorKind::kInvalidArgument);
}

TEST(RangeTest, IsProvenForEveryRange) {
  for (std::uint64_t size = 1; size <= kSizes; ++size) {
    for (std::uint64_t begin = 0; begin < size; ++begin) {
      for (std::uint64_t end = begin + 1; end <= size; ++end) {
        const Proof proof = prove_range(begin, end, size, reader()).value();
        const auto leaves = leaves_of(begin, end);
        EXPECT_TRUE(check_range(proof, begin, leaves, head_of(size)).has_value());
        expect_spoilt_are_refused(proof, [&](const Proof& spoilt) {
          return kind_of(check_range(spoilt, begin, leaves, head_of(size)));
        });
      }
    }
  }
}

TEST(RangeTest, HasFourSubtreesBesideEntries3To5Of11) {
  EXPECT_EQ(prove_range(3, 6, 11, reader()).value(),
            (Proof{mth(0, 2), mth(2, 3), mth(6, 8), mth(8, 11)}));
  EXPECT_TRUE(prove_range(0, 11, 11, reader()).value().empty());
}

TEST(RangeTest, RefusesARangeOfOtherEntriesBeginOrSize) {
  const Proof proof = prove_range(5, 9, 14, reader()).value();
  const auto leaves = leaves_of(5, 9);
  for (std::uint64_t begin = 0; begin < 14; ++begin) {
    EXPECT_EQ(check_range(proof, begin, leaves, head_of(14)).has_value(), begin == 5) << begin;
  }
  for (std::uint64_t size = 0; size < 20; ++size) {
    EXPECT_EQ(check_range(proof, 5, leaves, head_of(size)).has_value(), size == 14) << size;
  }
  auto swapped = leaves;
  std::swap(swapped[1], swapped[2]);
  EXPECT_EQ(kind_of(check_range(proof, 5, swapped, head_of(14))), ErrorKind::kDataLoss);
  EXPECT_FALSE(check_range(proof, 5, leaves_of(5, 8), head_of(14)).has_value());
  EXPECT_FALSE(check_range(proof, 5, leaves_of(5, 10), head_of(14)).has_value());
}

TEST(RangeTest, RefusesRangesThatHoldNothingOrReachBeyondTheTree) {
  for (const auto& [begin, end, size] : {std::array<std::uint64_t, 3>{3, 3, 5},
                                         {4, 3, 5},
                                         {3, 6, 5},
                                         {0, 1, 0},
                                         {5, 6, 5},
                                         {0, 1, kTreeSizeMax + 1},
                                         {~std::uint64_t{0}, 0, 5}}) {
    EXPECT_EQ(prove_range(begin, end, size, reader()).error().kind(), ErrorKind::kInvalidArgument);
  }
  EXPECT_EQ(kind_of(check_range({}, 3, {}, head_of(5))), ErrorKind::kInvalidArgument);
  EXPECT_EQ(kind_of(check_range({}, ~std::uint64_t{0}, leaves_of(0, 2), head_of(5))),
            ErrorKind::kInvalidArgument);
}

TEST(RangeTest, StaysBelowItsLimitInTheLargestTree) {
  const HashReader any = [](const NodePlace& /*node*/) -> Result<Digest> { return Digest{}; };
  const std::uint64_t middle = std::uint64_t{1} << 62;
  EXPECT_EQ(prove_range(middle - 1, middle + 1, kTreeSizeMax, any).value().size(), 124U);
  EXPECT_EQ(prove_inclusion(5, kTreeSizeMax, any).value().size(), 63U);
  EXPECT_LE(prove_consistency(kTreeSizeMax - 2, kTreeSizeMax, any).value().size(), 64U);
}

}  // namespace
}  // namespace candor::evidence
