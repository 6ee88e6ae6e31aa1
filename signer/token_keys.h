// SPDX-License-Identifier: Apache-2.0
// Keys on a PKCS#11 token, found by the label, which is the origin. The token itself is in token.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "core/result.h"
#include "signer/key_store.h"
#include "signer/token.h"

namespace candor::signer {

/// A token that was lost is opened again at the next question; one that refused the PIN is not, for
/// that locks it. Keys that were found before are of no use then: find them again.
class TokenKeys final : public KeyStore {
 public:
  /// Errors: those of Token::open.
  [[nodiscard]] static Result<std::unique_ptr<TokenKeys>> open(TokenOptions options);
  ~TokenKeys() override;
  TokenKeys(const TokenKeys&) = delete;
  TokenKeys& operator=(const TokenKeys&) = delete;
  TokenKeys(TokenKeys&&) = delete;
  TokenKeys& operator=(TokenKeys&&) = delete;

  [[nodiscard]] Result<std::unique_ptr<evidence::Signer>> find(std::string_view origin) override;
  [[nodiscard]] Result<std::unique_ptr<evidence::Signer>> make(std::string_view origin) override;

  /// With a key of the session number `session`.
  /// Errors: kUnavailable  the token is lost, or was since: find the key again.
  [[nodiscard]] Result<evidence::Signature> sign(std::uint64_t session, const TokenKey& key,
                                                 ByteView message);

 private:
  explicit TokenKeys(TokenOptions options) : options_(std::move(options)) {}
  [[nodiscard]] Result<void> ready();
  // Gives the token up when it does not answer.
  template <typename T>
  [[nodiscard]] Result<T> noted(Result<T> result);
  [[nodiscard]] std::unique_ptr<evidence::Signer> signer_of(const TokenKey& key);

  TokenOptions options_;
  std::unique_ptr<Token> token_;
  std::optional<Error> pin_refused_;
  std::uint64_t session_ = 0;
};

}  // namespace candor::signer
