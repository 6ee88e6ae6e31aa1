// SPDX-License-Identifier: Apache-2.0
// Ed25519 (RFC 8032): who signs, and the check of a signature. What is signed is said in note.h and
// checkpoint.h.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "core/bytes.h"
#include "core/result.h"

namespace candor::evidence {

using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;
/// The private key as RFC 8032, 5.1.5 begins with it.
using Seed = std::array<std::uint8_t, 32>;

/// Holds one Ed25519 key, here or in another process. Thread: as the implementation says.
class Signer {
 public:
  virtual ~Signer() = default;
  /// Errors: those of the way to the key; nothing was signed then.
  [[nodiscard]] virtual Result<Signature> sign(ByteView message) = 0;
  [[nodiscard]] virtual const PublicKey& public_key() const = 0;
};

/// A key in this process's memory. Thread: one at a time.
class MemorySigner final : public Signer {
 public:
  /// Errors: kInternal  OpenSSL has no Ed25519.
  [[nodiscard]] static Result<MemorySigner> from_seed(const Seed& seed);
  ~MemorySigner() override;
  MemorySigner(MemorySigner&&) noexcept;
  MemorySigner& operator=(MemorySigner&&) noexcept;
  MemorySigner(const MemorySigner&) = delete;
  MemorySigner& operator=(const MemorySigner&) = delete;

  /// Errors: kInternal.
  [[nodiscard]] Result<Signature> sign(ByteView message) override;
  [[nodiscard]] const PublicKey& public_key() const override;

 private:
  struct Impl;
  explicit MemorySigner(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// True if the holder of the key signed exactly this message. Thread: any.
[[nodiscard]] bool is_signed(const PublicKey& key, ByteView message, ByteView signature);

}  // namespace candor::evidence
