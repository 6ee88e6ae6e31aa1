// SPDX-License-Identifier: Apache-2.0
#include "evidence/proofs.h"

#include <algorithm>
#include <string>

#include "core/assert.h"

namespace candor::evidence {
namespace {

// The leaves [begin, end) of a subtree.
struct Leaves {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// A step of the way from the root down: what was left aside, and on which side it lies.
struct Step {
  Leaves sibling;
  bool is_left = false;
};

// A way from the root of `size` leaves down to a subtree.
struct Way {
  std::vector<Step> steps;  // From the root on.
  Leaves end;
};

// Goes down to the first subtree that ends with the leaf before `end`, from the root of `size`
// leaves; with `to_leaf` to that leaf itself.
Way way_down(std::uint64_t size, std::uint64_t end, bool to_leaf) {
  Way way{.steps = {}, .end = {.begin = 0, .end = size}};
  Leaves& at = way.end;
  while (at.end != end || (to_leaf && at.end - at.begin > 1)) {
    const std::uint64_t split = at.begin + left_leaves(at.end - at.begin);
    const bool goes_left = end <= split;
    way.steps.push_back({.sibling = goes_left ? Leaves{split, at.end} : Leaves{at.begin, split},
                         .is_left = !goes_left});
    at = goes_left ? Leaves{at.begin, split} : Leaves{split, at.end};
  }
  return way;
}

tl::unexpected<Error> misfit(std::string_view what) {
  return fail(ErrorKind::kInvalidArgument, "proof " + std::string(what));
}

Result<void> check_length(std::size_t held, std::size_t wanted) {
  return held == wanted ? Result<void>()
                        : Result<void>(misfit("of " + std::to_string(held) + " hashes, not " +
                                              std::to_string(wanted)));
}

Result<void> check_same(const Digest& computed, const Digest& root, std::string_view whose) {
  return computed == root ? Result<void>()
                          : Result<void>(fail(ErrorKind::kDataLoss,
                                              "the proof leads to another root than that of " +
                                                  std::string(whose)));
}

// The siblings' hashes from the last step up to the root.
Result<void> append_siblings(const Way& way, const HashReader& read, Proof& proof) {
  for (auto step = way.steps.rbegin(); step != way.steps.rend(); ++step) {
    CANDOR_TRY(const Digest hash, subtree_hash(step->sibling.begin, step->sibling.end, read));
    proof.push_back(hash);
  }
  return {};
}

Result<void> check_sizes(std::uint64_t from, std::uint64_t to) {
  return from <= to && to <= kTreeSizeMax
             ? Result<void>()
             : Result<void>(misfit("from " + std::to_string(from) + " to " + std::to_string(to) +
                                   " entries"));
}

Result<void> check_range_shape(const Leaves& range, std::uint64_t size) {
  return range.begin < range.end && range.end <= size && size <= kTreeSizeMax
             ? Result<void>()
             : Result<void>(misfit("of entries " + std::to_string(range.begin) + " to " +
                                   std::to_string(range.end) + " in a tree of " +
                                   std::to_string(size)));
}

bool is_disjoint(const Leaves& a, const Leaves& b) { return a.end <= b.begin || b.end <= a.begin; }

// The subtrees beside the range, from left to right.
void collect_outside(const Leaves& at, const Leaves& range, std::vector<Leaves>& outside) {
  if (is_disjoint(at, range)) {
    outside.push_back(at);
    return;
  }
  if (range.begin <= at.begin && at.end <= range.end) {
    return;
  }
  const std::uint64_t split = at.begin + left_leaves(at.end - at.begin);
  collect_outside({at.begin, split}, range, outside);
  collect_outside({split, at.end}, range, outside);
}

// Puts the root together from the range's leaves and the hashes beside it.
class RangeRoot {
 public:
  RangeRoot(std::span<const Digest> proof, const Leaves& range, std::span<const Digest> leaves)
      : rest_(proof), range_(range), leaves_(leaves) {}

  Digest hash_of(const Leaves& at) {
    if (is_disjoint(at, range_)) {
      const Digest hash = rest_.front();
      rest_ = rest_.subspan(1);
      return hash;
    }
    if (at.end - at.begin == 1) {
      return leaves_[at.begin - range_.begin];
    }
    const std::uint64_t split = at.begin + left_leaves(at.end - at.begin);
    const Digest left = hash_of({at.begin, split});
    const Digest right = hash_of({split, at.end});
    return node_hash(left, right);
  }

 private:
  std::span<const Digest> rest_;
  Leaves range_;
  std::span<const Digest> leaves_;
};

}  // namespace

Result<Proof> prove_inclusion(std::uint64_t index, std::uint64_t size, const HashReader& read) {
  CANDOR_CHECK(check_range_shape({index, index + 1}, size));
  Proof proof;
  CANDOR_CHECK(append_siblings(way_down(size, index + 1, true), read, proof));
  return proof;
}

Result<void> check_inclusion(std::span<const Digest> proof, std::uint64_t index, std::uint64_t size,
                             const Digest& leaf, const Digest& root) {
  CANDOR_CHECK(check_range_shape({index, index + 1}, size));
  const Way way = way_down(size, index + 1, true);
  CANDOR_CHECK(check_length(proof.size(), way.steps.size()));
  Digest hash = leaf;
  auto step = way.steps.rbegin();
  for (const Digest& sibling : proof) {
    hash = step->is_left ? node_hash(sibling, hash) : node_hash(hash, sibling);
    ++step;
  }
  return check_same(hash, root, "the tree");
}

Result<Proof> prove_consistency(std::uint64_t from, std::uint64_t to, const HashReader& read) {
  CANDOR_CHECK(check_sizes(from, to));
  Proof proof;
  if (from == 0 || from == to) {
    return proof;
  }
  const Way way = way_down(to, from, false);
  if (way.end.begin != 0) {
    CANDOR_TRY(const Digest shared, subtree_hash(way.end.begin, way.end.end, read));
    proof.push_back(shared);
  }
  CANDOR_CHECK(append_siblings(way, read, proof));
  return proof;
}

Result<void> check_consistency(std::span<const Digest> proof, const TreeHead& from,
                               const TreeHead& to) {
  CANDOR_CHECK(check_sizes(from.size, to.size));
  for (const TreeHead* head : {&from, &to}) {
    if (head->size == 0) {
      CANDOR_CHECK(check_same(empty_root(), head->root, "the empty tree"));
    }
  }
  if (from.size == 0 || from.size == to.size) {
    CANDOR_CHECK(check_length(proof.size(), 0));
    return from.size == 0 ? Result<void>() : check_same(from.root, to.root, "the same size");
  }
  const Way way = way_down(to.size, from.size, false);
  // The whole old tree is a subtree of the new one, or the proof begins with what both share last.
  const bool is_whole = way.end.begin == 0;
  CANDOR_CHECK(check_length(proof.size(), way.steps.size() + (is_whole ? 0 : 1)));
  Digest old_hash = is_whole ? from.root : proof.front();
  Digest new_hash = old_hash;
  auto step = way.steps.rbegin();
  for (const Digest& sibling : proof.subspan(is_whole ? 0 : 1)) {
    old_hash = step->is_left ? node_hash(sibling, old_hash) : old_hash;
    new_hash = step->is_left ? node_hash(sibling, new_hash) : node_hash(new_hash, sibling);
    ++step;
  }
  CANDOR_CHECK(check_same(old_hash, from.root, "the smaller tree"));
  return check_same(new_hash, to.root, "the larger tree");
}

Result<Proof> prove_range(std::uint64_t begin, std::uint64_t end, std::uint64_t size,
                          const HashReader& read) {
  CANDOR_CHECK(check_range_shape({begin, end}, size));
  std::vector<Leaves> outside;
  collect_outside({0, size}, {begin, end}, outside);
  Proof proof;
  for (const Leaves& subtree : outside) {
    CANDOR_TRY(const Digest hash, subtree_hash(subtree.begin, subtree.end, read));
    proof.push_back(hash);
  }
  return proof;
}

Result<void> check_range(std::span<const Digest> proof, std::uint64_t begin,
                         std::span<const Digest> leaves, const TreeHead& head) {
  if (leaves.size() > kTreeSizeMax || begin > kTreeSizeMax - leaves.size()) {
    return misfit("of a range that no tree can hold");
  }
  const Leaves range{begin, begin + leaves.size()};
  CANDOR_CHECK(check_range_shape(range, head.size));
  std::vector<Leaves> outside;
  collect_outside({0, head.size}, range, outside);
  CANDOR_CHECK(check_length(proof.size(), outside.size()));
  return check_same(RangeRoot(proof, range, leaves).hash_of({0, head.size}), head.root, "the tree");
}

}  // namespace candor::evidence
