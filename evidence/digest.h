// SPDX-License-Identifier: Apache-2.0
// SHA-256, whole or in pieces. All hashing of media and log goes through here (OpenSSL EVP).
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "core/bytes.h"

namespace candor::evidence {

using Digest = std::array<std::uint8_t, 32>;

/// SHA-256 of the bytes. Thread: any.
[[nodiscard]] Digest sha256(ByteView bytes);

/// SHA-256 over bytes given in pieces. One thread at a time; reusable after finish().
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(ByteView bytes);
  /// The digest of all updates since construction or the last finish(); starts anew.
  [[nodiscard]] Digest finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// RFC 6962, 2.1: SHA-256(0x00 || entry).
[[nodiscard]] Digest leaf_hash(ByteView entry);

}  // namespace candor::evidence
