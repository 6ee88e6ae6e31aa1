// SPDX-License-Identifier: Apache-2.0
// A PKCS#11 token, called directly through its module: Ed25519 key pairs by label, and their
// signatures. OpenSSL's engine for tokens loses all keys as soon as one of them is Ed25519.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/result.h"
#include "evidence/signer.h"

namespace candor::signer {

struct TokenOptions {
  std::string module;  // Path of the shared library.
  std::string label;   // Of the token.
  std::string pin;
};

/// A key pair on the token; `private_key` is an object handle of this session.
struct TokenKey {
  unsigned long private_key = 0;
  evidence::PublicKey public_key{};
};

/// One session with a login. After kUnavailable it is of no use: open another one.
/// Thread: one at a time, and one object of a module at a time.
class Token {
 public:
  /// Errors: kNotFound          no such module, or no token with the label;
  ///         kPermissionDenied  the PIN is refused: asking again may lock the token;
  ///         kUnsupported       it has no Ed25519; kUnavailable.
  [[nodiscard]] static Result<std::unique_ptr<Token>> open(const TokenOptions& options);
  ~Token();
  Token(const Token&) = delete;
  Token& operator=(const Token&) = delete;
  Token(Token&&) = delete;
  Token& operator=(Token&&) = delete;

  /// The Ed25519 key pair with this label.
  /// Errors: kNotFound; kDataLoss  there are two, or one half; kUnavailable.
  [[nodiscard]] Result<TokenKey> find(std::string_view label);

  /// Makes it on the token, where its private half stays. There is none with this label.
  /// Errors: kResourceExhausted  the token is full; kUnsupported; kUnavailable.
  [[nodiscard]] Result<TokenKey> generate(std::string_view label);

  /// Ed25519 over the message itself (CKM_EDDSA without parameters). Errors: kUnavailable.
  [[nodiscard]] Result<evidence::Signature> sign(const TokenKey& key, ByteView message);

 private:
  struct Impl;
  explicit Token(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace candor::signer
