// SPDX-License-Identifier: Apache-2.0
#include "evidence/signer.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include "core/free_by.h"

namespace candor::evidence {
namespace {

using KeyPtr = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
using DigestPtr = std::unique_ptr<EVP_MD_CTX, FreeBy<EVP_MD_CTX_free>>;

}  // namespace

struct MemorySigner::Impl {
  KeyPtr key;
  PublicKey public_key{};
};

MemorySigner::MemorySigner(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MemorySigner::~MemorySigner() = default;
MemorySigner::MemorySigner(MemorySigner&&) noexcept = default;
MemorySigner& MemorySigner::operator=(MemorySigner&&) noexcept = default;

Result<MemorySigner> MemorySigner::from_seed(const Seed& seed) {
  auto impl = std::make_unique<Impl>();
  impl->key.reset(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  std::size_t size = impl->public_key.size();
  if (impl->key == nullptr ||
      EVP_PKEY_get_raw_public_key(impl->key.get(), impl->public_key.data(), &size) != 1 ||
      size != impl->public_key.size()) {
    ERR_clear_error();
    return fail(ErrorKind::kInternal, "making an Ed25519 key of its seed");
  }
  return MemorySigner(std::move(impl));
}

Result<Signature> MemorySigner::sign(ByteView message) {
  const DigestPtr context(EVP_MD_CTX_new());
  Signature signature{};
  std::size_t size = signature.size();
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, impl_->key.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) != 1 ||
      size != signature.size()) {
    ERR_clear_error();
    return fail(ErrorKind::kInternal, "signing with Ed25519");
  }
  return signature;
}

const PublicKey& MemorySigner::public_key() const { return impl_->public_key; }

bool is_signed(const PublicKey& key, ByteView message, ByteView signature) {
  const KeyPtr owned(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
  const DigestPtr context(EVP_MD_CTX_new());
  const bool is_good =
      owned != nullptr && context != nullptr && signature.size() == Signature{}.size() &&
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, owned.get()) == 1 &&
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                       message.size()) == 1;
  ERR_clear_error();
  return is_good;
}

}  // namespace candor::evidence
