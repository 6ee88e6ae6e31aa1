// SPDX-License-Identifier: Apache-2.0
// A log that a test grows entry by entry, and the requests that an honest recorder makes for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "evidence/proofs.h"
#include "evidence/tree.h"
#include "signer/protocol.h"

namespace candor::signer {

inline constexpr std::string_view kOrigin = "rec.example/site7/room-03/1";

class GrownLog {
 public:
  /// Logs of different worlds hold different entries from the first one on.
  explicit GrownLog(std::string world = "one", std::string origin = std::string(kOrigin))
      : world_(std::move(world)), origin_(std::move(origin)) {}

  void grow_to(std::uint64_t size) {
    while (levels_[0].size() < size) {
      const std::string entry = world_ + " " + std::to_string(levels_[0].size());
      add(0, evidence::leaf_hash(as_bytes(entry)));
    }
  }
  /// From entry `size` on it holds what another world holds.
  void go_on_as(std::string world) { world_ = std::move(world); }

  evidence::TreeHead head(std::uint64_t size) {
    grow_to(size);
    return {
        .size = size,
        .root = size == 0 ? evidence::empty_root() : evidence::tree_root(size, reader()).value()};
  }

  SignRequest request(std::uint64_t old, std::uint64_t size) {
    const evidence::TreeHead to = head(size);
    return {.old = old,
            .proof = evidence::prove_consistency(old, size, reader()).value(),
            .checkpoint = {.origin = origin_, .size = size, .root = to.root, .extensions = {}}};
  }

 private:
  void add(std::size_t level, const evidence::Digest& hash) {
    if (levels_.size() == level) {
      levels_.emplace_back();
    }
    levels_[level].push_back(hash);
    const auto count = levels_[level].size();
    if (count % 2 == 0) {
      add(level + 1, evidence::node_hash(levels_[level][count - 2], levels_[level][count - 1]));
    }
  }
  evidence::HashReader reader() {
    return [this](const evidence::NodePlace& place) -> Result<evidence::Digest> {
      return levels_.at(place.level).at(place.index);
    };
  }

  std::string world_;
  std::string origin_;
  std::vector<std::vector<evidence::Digest>> levels_{1};
};

}  // namespace candor::signer
