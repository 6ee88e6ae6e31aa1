// SPDX-License-Identifier: Apache-2.0
#include "evidence/tree.h"

#include <bit>

#include "core/assert.h"

namespace candor::evidence {
namespace {

// The largest whole subtrees of the leaves [begin, end), from left to right.
Result<std::vector<Digest>> read_peaks(std::uint64_t begin, std::uint64_t end,
                                       const HashReader& read) {
  std::vector<Digest> peaks;
  while (begin < end) {
    const auto level = static_cast<unsigned>(std::bit_width(end - begin) - 1);
    CANDOR_ASSERT(begin >> level << level == begin);
    CANDOR_TRY(const Digest peak, read({.level = level, .index = begin >> level}));
    peaks.push_back(peak);
    begin += std::uint64_t{1} << level;
  }
  return peaks;
}

Digest join(const std::vector<Digest>& peaks) {
  CANDOR_ASSERT(!peaks.empty());
  Digest hash = peaks.back();
  for (auto left = peaks.rbegin() + 1; left != peaks.rend(); ++left) {
    hash = node_hash(*left, hash);
  }
  return hash;
}

}  // namespace

Digest node_hash(const Digest& left, const Digest& right) {
  static constexpr std::uint8_t kNodePrefix = 1;
  Sha256 hash;
  hash.update({&kNodePrefix, 1});
  hash.update(left);
  hash.update(right);
  return hash.finish();
}

Digest empty_root() { return sha256({}); }

std::uint64_t left_leaves(std::uint64_t leaves) {
  CANDOR_ASSERT(leaves > 1);
  return std::bit_floor(leaves - 1);
}

Result<Digest> subtree_hash(std::uint64_t begin, std::uint64_t end, const HashReader& read) {
  CANDOR_ASSERT(begin < end && end <= kTreeSizeMax);
  CANDOR_TRY(const std::vector<Digest> peaks, read_peaks(begin, end, read));
  return join(peaks);
}

Result<Digest> tree_root(std::uint64_t size, const HashReader& read) {
  return size == 0 ? Result<Digest>(empty_root()) : subtree_hash(0, size, read);
}

Result<Frontier> Frontier::resume(std::uint64_t size, const HashReader& read) {
  if (size > kTreeSizeMax) {
    return fail(ErrorKind::kInvalidArgument, "tree of " + std::to_string(size) + " leaves");
  }
  Frontier frontier;
  frontier.size_ = size;
  CANDOR_TRY(frontier.peaks_, read_peaks(0, size, read));
  return frontier;
}

void Frontier::append(const Digest& leaf) {
  CANDOR_ASSERT(size_ < kTreeSizeMax);
  Digest hash = leaf;
  for (std::uint64_t rest = size_; (rest & 1) != 0; rest >>= 1) {
    hash = node_hash(peaks_.back(), hash);
    peaks_.pop_back();
  }
  peaks_.push_back(hash);
  ++size_;
}

Digest Frontier::root() const { return peaks_.empty() ? empty_root() : join(peaks_); }

}  // namespace candor::evidence
