// SPDX-License-Identifier: Apache-2.0
// A time stamp authority in memory, made of OpenSSL's responder: with a key and certificate of its
// own, of any time, and as wrong as a test says.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include "core/bytes.h"
#include "core/free_by.h"

namespace candor::test {

/// One thread. The certificate is its own root.
class MemoryTsa {
 public:
  struct Options {
    bool is_rsa = false;
    std::int64_t valid_from_s = 1'700'000'000;  // Seconds since 1970.
    std::int64_t valid_to_s = 1'900'000'000;
    std::int64_t time_s = 1'790'000'000;  // Of its clock.
    std::string policy = "1.2.3.4";
  };

  explicit MemoryTsa(Options options)
      : options_(std::move(options)),
        key_(options_.is_rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256")),
        certificate_(make_certificate()) {}

  [[nodiscard]] std::string pem() const {
    const std::unique_ptr<BIO, FreeBy<BIO_free>> out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(out.get(), certificate_.get());
    char* data = nullptr;
    const long length = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(length)};
  }

  /// The answer to a query, granted or refused as OpenSSL sees it.
  [[nodiscard]] Bytes answer(const Bytes& query) {
    const std::unique_ptr<TS_RESP_CTX, FreeBy<TS_RESP_CTX_free>> context(TS_RESP_CTX_new());
    const std::unique_ptr<ASN1_OBJECT, FreeBy<ASN1_OBJECT_free>> policy(
        OBJ_txt2obj(options_.policy.c_str(), 1));
    TS_RESP_CTX_set_signer_cert(context.get(), certificate_.get());
    TS_RESP_CTX_set_signer_key(context.get(), key_.get());
    TS_RESP_CTX_set_def_policy(context.get(), policy.get());
    TS_RESP_CTX_set_signer_digest(context.get(), EVP_sha256());
    TS_RESP_CTX_add_md(context.get(), EVP_sha256());
    TS_RESP_CTX_set_accuracy(context.get(), 1, 500, 0);
    TS_RESP_CTX_set_serial_cb(context.get(), &next_serial, nullptr);
    TS_RESP_CTX_set_time_cb(context.get(), &time_now, &options_);
    const std::unique_ptr<BIO, FreeBy<BIO_free>> input(
        BIO_new_mem_buf(query.data(), static_cast<int>(query.size())));
    const std::unique_ptr<TS_RESP, FreeBy<TS_RESP_free>> response(
        TS_RESP_create_response(context.get(), input.get()));
    unsigned char* der = nullptr;
    const int length = i2d_TS_RESP(response.get(), &der);
    Bytes bytes(der, der + length);
    OPENSSL_free(der);
    return bytes;
  }

 private:
  using KeyPtr = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
  using CertificatePtr = std::unique_ptr<X509, FreeBy<X509_free>>;

  static ASN1_INTEGER* next_serial(TS_RESP_CTX* /*context*/, void* /*data*/) {
    ASN1_INTEGER* serial = ASN1_INTEGER_new();
    ASN1_INTEGER_set(serial, 0x1234);
    return serial;
  }
  static int time_now(TS_RESP_CTX* /*context*/, void* data, long* seconds, long* micros) {
    *seconds = static_cast<const Options*>(data)->time_s;
    *micros = 0;
    return 1;
  }

  [[nodiscard]] CertificatePtr make_certificate() const {
    CertificatePtr made(X509_new());
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    ASN1_TIME_set(X509_getm_notBefore(made.get()), options_.valid_from_s);
    ASN1_TIME_set(X509_getm_notAfter(made.get()), options_.valid_to_s);
    X509_set_pubkey(made.get(), key_.get());
    X509_NAME* name = X509_get_subject_name(made.get());
    const std::string text = "test authority";
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(text.data()), -1, -1, 0);
    X509_set_issuer_name(made.get(), name);
    X509V3_CTX context{};
    X509V3_set_ctx(&context, made.get(), made.get(), nullptr, nullptr, 0);
    for (const auto& [nid, value] : {std::pair{NID_ext_key_usage, "critical,timeStamping"},
                                     std::pair{NID_key_usage, "critical,digitalSignature"}}) {
      X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
      X509_add_ext(made.get(), extension, -1);
      X509_EXTENSION_free(extension);
    }
    X509_sign(made.get(), key_.get(), EVP_sha256());
    return made;
  }

  Options options_;
  KeyPtr key_;
  CertificatePtr certificate_;
};

}  // namespace candor::test
