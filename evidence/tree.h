// SPDX-License-Identifier: Apache-2.0
// The Merkle tree over a log's entries (RFC 6962, 2.1): its hashes, and its root while it grows.
// Proofs are in proofs.h, files with hashes in tiles.h.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/result.h"
#include "evidence/digest.h"

namespace candor::evidence {

/// Largest number of leaves: what a checkpoint can say.
inline constexpr std::uint64_t kTreeSizeMax = (std::uint64_t{1} << 63) - 1;

/// SHA-256(0x01 || left || right).
[[nodiscard]] Digest node_hash(const Digest& left, const Digest& right);

/// The root of a tree without leaves: SHA-256 of nothing.
[[nodiscard]] Digest empty_root();

/// The number of leaves left of where RFC 6962 splits `leaves` leaves: the largest power of two
/// below it. At least two leaves.
[[nodiscard]] std::uint64_t left_leaves(std::uint64_t leaves);

/// A node over 2^level leaves, all there: leaves [index * 2^level, (index + 1) * 2^level). Its hash
/// never changes while the tree grows.
struct NodePlace {
  unsigned level = 0;
  std::uint64_t index = 0;

  friend bool operator==(const NodePlace&, const NodePlace&) = default;
};

/// Where proofs get the hashes of nodes from: tiles (tiles.h), or all leaves. Its errors are passed
/// on.
using HashReader = std::function<Result<Digest>(const NodePlace&)>;

/// MTH(D[begin:end]) of RFC 6962, put together from at most 63 nodes.
///
/// Shape:  begin < end <= kTreeSizeMax, and the leaves are a subtree of the recursion: begin is a
///         multiple of the largest power of two not above end - begin.
/// Errors: the reader's.
[[nodiscard]] Result<Digest> subtree_hash(std::uint64_t begin, std::uint64_t end,
                                          const HashReader& read);

/// The root of the first `size` leaves. Errors: the reader's.
[[nodiscard]] Result<Digest> tree_root(std::uint64_t size, const HashReader& read);

/// What a growing tree needs to know of its past: the hashes of its largest whole subtrees, from
/// left to right, at most 63. One thread at a time.
class Frontier {
 public:
  Frontier() = default;
  /// Goes on at `size` leaves whose subtrees the reader knows.
  /// Errors: kInvalidArgument  above kTreeSizeMax; the reader's.
  [[nodiscard]] static Result<Frontier> resume(std::uint64_t size, const HashReader& read);

  /// The hash of the next leaf, as leaf_hash() gives it.
  void append(const Digest& leaf);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Digest root() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> peaks_;  // One for each bit of size_, the highest first.
};

}  // namespace candor::evidence
