// SPDX-License-Identifier: Apache-2.0
#include "evidence/digest.h"

#include <openssl/evp.h>

#include "core/assert.h"

namespace candor::evidence {

struct Sha256::Impl {
  struct Free {
    void operator()(EVP_MD_CTX* owned) const { EVP_MD_CTX_free(owned); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};

  void begin() { CANDOR_ASSERT(EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1); }
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) { impl_->begin(); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(ByteView bytes) {
  CANDOR_ASSERT(EVP_DigestUpdate(impl_->context.get(), bytes.data(), bytes.size()) == 1);
}

Digest Sha256::finish() {
  Digest digest{};
  CANDOR_ASSERT(EVP_DigestFinal_ex(impl_->context.get(), digest.data(), nullptr) == 1);
  impl_->begin();
  return digest;
}

Digest sha256(ByteView bytes) {
  Digest digest{};
  CANDOR_ASSERT(
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1);
  return digest;
}

Digest leaf_hash(ByteView entry) {
  static constexpr std::uint8_t kLeafPrefix = 0;
  Sha256 hash;
  hash.update({&kLeafPrefix, 1});
  hash.update(entry);
  return hash.finish();
}

}  // namespace candor::evidence
