// SPDX-License-Identifier: Apache-2.0
// Where the private keys are: files (file_keys.h) or a token (token_keys.h). What they sign is
// decided in desk.h.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "evidence/signer.h"

namespace candor::signer {

/// One Ed25519 key for each origin. Thread: one at a time.
class KeyStore {
 public:
  KeyStore() = default;
  virtual ~KeyStore() = default;
  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;
  KeyStore(KeyStore&&) = delete;
  KeyStore& operator=(KeyStore&&) = delete;

  /// The key of an origin; it must not outlive the store.
  ///
  /// Errors: kNotFound          there is none;
  ///         kPermissionDenied  other accounts can read it, or the token refuses the PIN;
  ///         kDataLoss          it cannot be read;
  ///         kUnavailable       the token does not answer: ask again.
  [[nodiscard]] virtual Result<std::unique_ptr<evidence::Signer>> find(std::string_view origin) = 0;

  /// Makes the key of an origin that has none; it is durable after return.
  /// Errors: kAlreadyExists, and those of find.
  [[nodiscard]] virtual Result<std::unique_ptr<evidence::Signer>> make(std::string_view origin) = 0;
};

}  // namespace candor::signer
