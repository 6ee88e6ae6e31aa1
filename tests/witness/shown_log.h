// SPDX-License-Identifier: Apache-2.0
// A log for the witness's tests: its entries, forks of it, and the requests it would send.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "evidence/checkpoint.h"
#include "evidence/note_key.h"
#include "evidence/proofs.h"
#include "evidence/signer.h"
#include "evidence/tree.h"
#include "evidence/witness_request.h"

namespace candor::test {

/// A key of its own for each number.
inline evidence::MemorySigner signer_of(std::uint8_t number) {
  evidence::Seed seed{};
  seed.fill(number);
  return evidence::MemorySigner::from_seed(seed).value();
}

/// Entries are "entry <n>"; from `forks_at` on they are another's.
class ShownLog {
 public:
  explicit ShownLog(std::string origin = "rec.example/site7/room-03/1", std::uint8_t key = 1)
      : origin_(std::move(origin)), signer_(signer_of(key)) {}

  /// The same log and key with other entries from there on.
  [[nodiscard]] ShownLog forked_at(std::uint64_t entry, const std::string& other = "other") const {
    ShownLog fork(origin_, key_number());
    fork.forks_at_ = entry;
    fork.other_ = other;
    return fork;
  }
  /// The same log signed by another key.
  [[nodiscard]] ShownLog with_key(std::uint8_t key) const { return ShownLog(origin_, key); }

  [[nodiscard]] const std::string& origin() const { return origin_; }
  [[nodiscard]] evidence::NoteKey key() const {
    return {.type = evidence::KeyType::kEd25519, .name = origin_, .key = signer_.public_key()};
  }
  [[nodiscard]] std::string vkey() const { return evidence::format_vkey(key()); }

  [[nodiscard]] evidence::Checkpoint checkpoint(std::uint64_t size) const {
    evidence::Frontier tree;
    for (std::uint64_t entry = 0; entry < size; ++entry) {
      tree.append(leaf(entry));
    }
    return {.origin = origin_,
            .size = size,
            .root = size == 0 ? evidence::empty_root() : tree.root(),
            .extensions = {}};
  }

  [[nodiscard]] evidence::Proof proof(std::uint64_t from, std::uint64_t to) const {
    const auto read = [this](const evidence::NodePlace& place) -> Result<evidence::Digest> {
      return node(place.level, place.index);
    };
    return evidence::prove_consistency(from, to, read).value();
  }

  [[nodiscard]] evidence::WitnessRequest request(std::uint64_t from, std::uint64_t to) {
    return {.old_size = from,
            .proof = from <= to ? proof(from, to) : evidence::Proof(),
            .checkpoint = evidence::sign_checkpoint(checkpoint(to), signer_).value()};
  }
  /// The body of add-checkpoint.
  [[nodiscard]] std::string body(std::uint64_t from, std::uint64_t to) {
    return evidence::format_witness_request(request(from, to));
  }

 private:
  [[nodiscard]] std::uint8_t key_number() const {
    std::uint8_t number = 1;
    while (signer_of(number).public_key() != signer_.public_key()) {
      ++number;
    }
    return number;
  }
  [[nodiscard]] evidence::Digest leaf(std::uint64_t entry) const {
    const std::string& word = entry >= forks_at_ ? other_ : kSame;
    return evidence::leaf_hash(as_bytes(word + " " + std::to_string(entry)));
  }
  [[nodiscard]] evidence::Digest node(unsigned level, std::uint64_t index) const {
    return level == 0
               ? leaf(index)
               : evidence::node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1));
  }

  inline static const std::string kSame = "entry";
  std::string origin_;
  evidence::MemorySigner signer_;
  std::uint64_t forks_at_ = UINT64_MAX;
  std::string other_;
};

}  // namespace candor::test
