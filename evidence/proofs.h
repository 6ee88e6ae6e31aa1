// SPDX-License-Identifier: Apache-2.0
// Proofs about the tree of RFC 6962: that an entry is in it, that it only grew, that a range of
// entries is in it without a hole. Made from stored hashes, checked from roots alone.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/result.h"
#include "evidence/digest.h"
#include "evidence/tree.h"

namespace candor::evidence {

/// Hashes in the order that the kind of proof prescribes. A proof has exactly one right length.
using Proof = std::vector<Digest>;

// What all of them have in common:
//
// Thread: any.
// A proof binds entries to a root. That the root is the one of this size is what a checkpoint's
// signature says: with another size the same hashes may lead to the same root.
// Errors: kInvalidArgument  positions or sizes that do not fit each other, or a proof with more or
//                           fewer hashes than it must have;
//         kDataLoss         (checks) the hashes lead to another root;
//         the reader's      (proving).

/// That the entry at `index` is in the tree of `size` entries; from the leaf up.
/// Shape:  index < size <= kTreeSizeMax; at most 63 hashes.
/// Source: RFC 6962, 2.1.1.
[[nodiscard]] Result<Proof> prove_inclusion(std::uint64_t index, std::uint64_t size,
                                            const HashReader& read);
[[nodiscard]] Result<void> check_inclusion(std::span<const Digest> proof, std::uint64_t index,
                                           std::uint64_t size, const Digest& leaf,
                                           const Digest& root);

/// A tree's size and root.
struct TreeHead {
  std::uint64_t size = 0;
  Digest root{};

  friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

/// That the first `from` entries of the tree of `to` entries are the tree of `from` entries. Empty
/// for from = 0 and for from = to.
/// Shape:  from <= to <= kTreeSizeMax; at most 64 hashes, 63 up to 2^62 entries.
/// Source: RFC 6962, 2.1.2.
[[nodiscard]] Result<Proof> prove_consistency(std::uint64_t from, std::uint64_t to,
                                              const HashReader& read);
/// A head of size 0 must have the empty tree's root.
[[nodiscard]] Result<void> check_consistency(std::span<const Digest> proof, const TreeHead& from,
                                             const TreeHead& to);

/// That the entries [begin, end) are in the tree of `size` entries, and nothing lies between them:
/// the hashes of the subtrees that the range does not touch, from left to right.
/// Shape:  begin < end <= size <= kTreeSizeMax; at most 124 hashes.
/// Source: docs/design/tree.md, "Range proof".
[[nodiscard]] Result<Proof> prove_range(std::uint64_t begin, std::uint64_t end, std::uint64_t size,
                                        const HashReader& read);
/// `leaves` are the leaf hashes of all entries from `begin` on.
[[nodiscard]] Result<void> check_range(std::span<const Digest> proof, std::uint64_t begin,
                                       std::span<const Digest> leaves, const TreeHead& head);

}  // namespace candor::evidence
