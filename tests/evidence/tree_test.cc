// SPDX-License-Identifier: Apache-2.0
// The tree's hashes and its growth against RFC 6962.
#include "evidence/tree.h"

#include <gtest/gtest.h>

#include "tests/evidence/leaves.h"

namespace candor::evidence {
namespace {

TEST(TreeTest, HashesLeavesAndNodesAsRfc6962Says) {
  // Of a tree with one empty entry, and of two: known from Certificate Transparency's own tests.
  EXPECT_EQ(to_hex(empty_root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(leaf_hash({})),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  const Bytes zero = {0};
  EXPECT_EQ(to_hex(node_hash(leaf_hash({}), leaf_hash(zero))),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
}

TEST(TreeTest, SplitsAtTheLargestPowerOfTwoBelow) {
  EXPECT_EQ(left_leaves(2), 1U);
  EXPECT_EQ(left_leaves(3), 2U);
  EXPECT_EQ(left_leaves(8), 4U);
  EXPECT_EQ(left_leaves(9), 8U);
  EXPECT_EQ(left_leaves(kTreeSizeMax), std::uint64_t{1} << 62);
}

TEST(FrontierTest, HasTheRootOfEverySizeWhileItGrows) {
  Frontier frontier;
  for (std::uint64_t size = 0; size <= 130; ++size) {
    EXPECT_EQ(frontier.size(), size);
    EXPECT_EQ(frontier.root(), mth(0, size)) << size;
    EXPECT_EQ(tree_root(size, reader()).value(), mth(0, size)) << size;
    frontier.append(leaf_of(size));
  }
}

TEST(FrontierTest, GoesOnWhereAnotherStopped) {
  for (const std::uint64_t size : {0U, 1U, 7U, 8U, 100U}) {
    Frontier frontier = Frontier::resume(size, reader()).value();
    frontier.append(leaf_of(size));
    EXPECT_EQ(frontier.root(), mth(0, size + 1)) << size;
  }
}

TEST(FrontierTest, RefusesASizeThatNoCheckpointCanSay) {
  EXPECT_EQ(Frontier::resume(kTreeSizeMax + 1, reader()).error().kind(),
            ErrorKind::kInvalidArgument);
}

TEST(FrontierTest, PassesOnWhatItsReaderSays) {
  const HashReader failing = [](const NodePlace& /*node*/) -> Result<Digest> {
    return fail(ErrorKind::kNotFound, "no such tile");
  };
  EXPECT_EQ(Frontier::resume(3, failing).error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(tree_root(3, failing).error().kind(), ErrorKind::kNotFound);
}

}  // namespace
}  // namespace candor::evidence
