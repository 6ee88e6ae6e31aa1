// SPDX-License-Identifier: Apache-2.0
#include "signer/token_keys.h"

#include <string.h>
#include <utility>

namespace candor::signer {
namespace {

class TokenSigner final : public evidence::Signer {
 public:
  TokenSigner(TokenKeys& keys, std::uint64_t session, const TokenKey& key)
      : keys_(keys), session_(session), key_(key) {}

  Result<evidence::Signature> sign(ByteView message) override {
    return keys_.sign(session_, key_, message);
  }
  [[nodiscard]] const evidence::PublicKey& public_key() const override { return key_.public_key; }

 private:
  TokenKeys& keys_;
  std::uint64_t session_;
  TokenKey key_;
};

}  // namespace

Result<std::unique_ptr<TokenKeys>> TokenKeys::open(TokenOptions options) {
  std::unique_ptr<TokenKeys> keys(new TokenKeys(std::move(options)));
  CANDOR_CHECK(keys->ready());
  return keys;
}

TokenKeys::~TokenKeys() { ::explicit_bzero(options_.pin.data(), options_.pin.size()); }

Result<void> TokenKeys::ready() {
  if (token_ != nullptr) {
    return {};
  }
  if (pin_refused_.has_value()) {
    return fail(Error(*pin_refused_));
  }
  auto opened = Token::open(options_);
  if (!opened.has_value()) {
    if (opened.error().kind() == ErrorKind::kPermissionDenied) {
      pin_refused_ = opened.error();
    }
    return fail(std::move(opened.error()));
  }
  token_ = std::move(*opened);
  ++session_;
  return {};
}

template <typename T>
Result<T> TokenKeys::noted(Result<T> result) {
  if (!result.has_value() && result.error().kind() == ErrorKind::kUnavailable) {
    token_.reset();
  }
  return result;
}

std::unique_ptr<evidence::Signer> TokenKeys::signer_of(const TokenKey& key) {
  return std::make_unique<TokenSigner>(*this, session_, key);
}

Result<std::unique_ptr<evidence::Signer>> TokenKeys::find(std::string_view origin) {
  // A token that is away has no key that anybody could miss: only the key itself may be not found.
  if (auto is_ready = ready(); !is_ready.has_value()) {
    const ErrorKind kind = is_ready.error().kind();
    return fail(kind == ErrorKind::kNotFound ? ErrorKind::kUnavailable : kind,
                is_ready.error().message());
  }
  CANDOR_TRY(const TokenKey key, noted(token_->find(origin)));
  return signer_of(key);
}

Result<std::unique_ptr<evidence::Signer>> TokenKeys::make(std::string_view origin) {
  CANDOR_CHECK(ready());
  CANDOR_TRY(const TokenKey key, noted(token_->generate(origin)));
  return signer_of(key);
}

Result<evidence::Signature> TokenKeys::sign(std::uint64_t session, const TokenKey& key,
                                            ByteView message) {
  if (token_ == nullptr || session != session_) {
    return fail(ErrorKind::kUnavailable, "token: was lost since its key was found");
  }
  return noted(token_->sign(key, message));
}

}  // namespace candor::signer
