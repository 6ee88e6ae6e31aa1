// SPDX-License-Identifier: Apache-2.0
// Trees for tests: leaves by number, and their nodes by the recursion of RFC 6962, 2.1, word for
// word.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "evidence/digest.h"
#include "evidence/tree.h"

namespace candor::evidence {

/// The leaf hash of the entry "entry <number>".
inline Digest leaf_of(std::uint64_t number) {
  return leaf_hash(as_bytes("entry " + std::to_string(number)));
}

inline std::vector<Digest> leaves_of(std::uint64_t begin, std::uint64_t end) {
  std::vector<Digest> leaves;
  for (std::uint64_t i = begin; i < end; ++i) {
    leaves.push_back(leaf_of(i));
  }
  return leaves;
}

/// MTH(D[begin:end]).
inline Digest mth(std::uint64_t begin, std::uint64_t end) {
  if (begin == end) {
    return sha256({});
  }
  if (end - begin == 1) {
    return leaf_of(begin);
  }
  std::uint64_t k = 1;
  while (2 * k < end - begin) {
    k *= 2;
  }
  Bytes node = {1};
  for (const Digest& half : {mth(begin, begin + k), mth(begin + k, end)}) {
    node.insert(node.end(), half.begin(), half.end());
  }
  return sha256(node);
}

/// Reads nodes of a tree of any size.
inline HashReader reader() {
  return [](const NodePlace& node) -> Result<Digest> {
    return mth(node.index << node.level, (node.index + 1) << node.level);
  };
}

}  // namespace candor::evidence
