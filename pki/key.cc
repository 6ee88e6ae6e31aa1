// SPDX-License-Identifier: Apache-2.0
#include "pki/key.h"

#include <array>
#include <memory>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>

namespace candor::pki {
namespace {

// 128 * N * r = 16 MiB, five times: below the 32 MiB that OpenSSL allows when it reads the key.
constexpr std::uint64_t kScryptN = 16'384;
constexpr std::uint64_t kScryptR = 8;
constexpr std::uint64_t kScryptP = 5;
constexpr std::size_t kSaltBytes = 16;

using InfoPtr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, FreeBy<PKCS8_PRIV_KEY_INFO_free>>;
using SealedPtr = std::unique_ptr<X509_SIG, FreeBy<X509_SIG_free>>;
using AlgorithmPtr = std::unique_ptr<X509_ALGOR, FreeBy<X509_ALGOR_free>>;

// A file that is not sealed must not make OpenSSL ask at the terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writes*/, void* /*user*/) { return -1; }

}  // namespace

Result<KeyPtr> make_key() {
  KeyPtr key(EVP_EC_gen("P-256"));
  return key == nullptr ? Result<KeyPtr>(openssl_failed("making a key"))
                        : Result<KeyPtr>(std::move(key));
}

Result<std::string> key_pem(EVP_PKEY& key) {
  const BioPtr bio = memory_bio();
  if (PEM_write_bio_PKCS8PrivateKey(bio.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return openssl_failed("writing a key");
  }
  return text_of(*bio);
}

Result<KeyPtr> parse_key(std::string_view pem) {
  const BioPtr bio = bio_of(pem);
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  if (key == nullptr || !is_p256(*key)) {
    return fail(ErrorKind::kInvalidArgument, "holds no P-256 key that is not sealed");
  }
  return key;
}

Result<std::string> sealed_key_pem(EVP_PKEY& key, std::string_view passphrase) {
  std::array<std::uint8_t, kSaltBytes> salt{};
  const InfoPtr info(EVP_PKEY2PKCS8(&key));
  if (info == nullptr || RAND_bytes(salt.data(), static_cast<int>(salt.size())) != 1) {
    return openssl_failed("sealing the key");
  }
  AlgorithmPtr algorithm(PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), salt.data(),
                                               static_cast<int>(salt.size()), nullptr, kScryptN,
                                               kScryptR, kScryptP));
  if (algorithm == nullptr) {
    return openssl_failed("sealing the key");
  }
  const SealedPtr sealed(PKCS8_set0_pbe(passphrase.data(), static_cast<int>(passphrase.size()),
                                        info.get(), algorithm.get()));
  const BioPtr bio = memory_bio();
  if (sealed == nullptr || PEM_write_bio_PKCS8(bio.get(), sealed.get()) != 1) {
    return openssl_failed("sealing the key");
  }
  // NOLINTNEXTLINE(bugprone-unused-return-value): PKCS8_set0_pbe has taken it over.
  static_cast<void>(algorithm.release());
  return text_of(*bio);
}

Result<KeyPtr> open_sealed_key(std::string_view pem, std::string_view passphrase) {
  const BioPtr bio = bio_of(pem);
  const SealedPtr sealed(PEM_read_bio_PKCS8(bio.get(), nullptr, nullptr, nullptr));
  if (sealed == nullptr) {
    ERR_clear_error();
    return fail(ErrorKind::kInvalidArgument, "holds no sealed key");
  }
  const InfoPtr info(
      PKCS8_decrypt(sealed.get(), passphrase.data(), static_cast<int>(passphrase.size())));
  KeyPtr key(info == nullptr ? nullptr : EVP_PKCS82PKEY(info.get()));
  ERR_clear_error();
  if (key == nullptr) {
    return fail(ErrorKind::kPermissionDenied, "the passphrase is wrong");
  }
  return key;
}

bool is_p256(EVP_PKEY& key) {
  std::array<char, 64> group{};
  return EVP_PKEY_is_a(&key, "EC") == 1 &&
         EVP_PKEY_get_group_name(&key, group.data(), group.size(), nullptr) == 1 &&
         std::string_view(group.data()) == "prime256v1";
}

}  // namespace candor::pki
