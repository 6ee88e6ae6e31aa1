// SPDX-License-Identifier: Apache-2.0
#include "pki/certificate.h"

#include <array>
#include <memory>

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include "core/bytes.h"
#include "core/ids.h"
#include "pki/files.h"

namespace candor::pki {
namespace {

constexpr std::string_view kCaName = "Candor CA ";
constexpr long kVersion3 = 2;
constexpr std::int64_t kNsInSecond = 1'000'000'000;
constexpr std::size_t kSerialBytes = 16;

using ExtensionPtr = std::unique_ptr<X509_EXTENSION, FreeBy<X509_EXTENSION_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, FreeBy<BN_free>>;
using IntegerPtr = std::unique_ptr<ASN1_INTEGER, FreeBy<ASN1_INTEGER_free>>;
using TimePtr = std::unique_ptr<ASN1_TIME, FreeBy<ASN1_TIME_free>>;
using NamesPtr = std::unique_ptr<GENERAL_NAMES, FreeBy<GENERAL_NAMES_free>>;

TimePtr asn1_time(UtcTime time) { return TimePtr(ASN1_TIME_set(nullptr, time.ns / kNsInSecond)); }

UtcTime utc_of(const ASN1_TIME* time) {
  const TimePtr epoch(ASN1_TIME_set(nullptr, 0));
  int days = 0;
  int seconds = 0;
  ASN1_TIME_diff(&days, &seconds, epoch.get(), time);
  constexpr std::int64_t kSecondsInDay = 86'400;
  return {(days * kSecondsInDay + seconds) * kNsInSecond};
}

IntegerPtr integer_of(const std::string& hex) {
  BIGNUM* raw = nullptr;
  BN_hex2bn(&raw, hex.c_str());
  const NumberPtr number(raw);
  return IntegerPtr(BN_to_ASN1_INTEGER(number.get(), nullptr));
}

bool add_name(X509_NAME* name, const std::string& text) {
  return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()), -1, 0) == 1;
}

bool add(X509& certificate, X509V3_CTX& context, int nid, const char* value) {
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension != nullptr && X509_add_ext(&certificate, extension.get(), -1) == 1;
}

bool set_head(X509& certificate, EVP_PKEY& key, const std::string& serial, Validity validity) {
  return X509_set_version(&certificate, kVersion3) == 1 &&
         X509_set_serialNumber(&certificate, integer_of(serial).get()) == 1 &&
         X509_set1_notBefore(&certificate, asn1_time(validity.from).get()) == 1 &&
         X509_set1_notAfter(&certificate, asn1_time(validity.to).get()) == 1 &&
         X509_set_pubkey(&certificate, &key) == 1;
}

template <typename Object, typename Read>
Result<Object> load(const std::string& path, std::string_view what, Read read) {
  CANDOR_TRY(const std::string text, read_file(path));
  const BioPtr bio = bio_of(text);
  Object object(read(bio.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (object == nullptr) {
    return fail(ErrorKind::kInvalidArgument, fmt::format("{}: holds no {}", path, what));
  }
  return object;
}

}  // namespace

Result<std::string> make_serial() {
  std::array<std::uint8_t, kSerialBytes> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return openssl_failed("making a serial number");
  }
  // Positive, and of one length however it is written.
  bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0x3FU) | 0x40U);
  return to_hex(bytes);
}

Result<CertificatePtr> make_ca_certificate(EVP_PKEY& key, const std::string& site,
                                           Validity validity) {
  CANDOR_TRY(const std::string serial, make_serial());
  CertificatePtr ca(X509_new());
  X509V3_CTX context{};
  X509V3_set_ctx(&context, ca.get(), ca.get(), nullptr, nullptr, 0);
  const bool is_made = set_head(*ca, key, serial, validity) &&
                       add_name(X509_get_subject_name(ca.get()), std::string(kCaName) + site) &&
                       X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get())) == 1 &&
                       add(*ca, context, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
                       add(*ca, context, NID_key_usage, "critical,keyCertSign,cRLSign") &&
                       add(*ca, context, NID_subject_key_identifier, "hash") &&
                       add(*ca, context, NID_authority_key_identifier, "keyid:always") &&
                       X509_sign(ca.get(), &key, EVP_sha256()) > 0;
  return is_made ? Result<CertificatePtr>(std::move(ca))
                 : Result<CertificatePtr>(openssl_failed("making the CA's certificate"));
}

Result<CertificatePtr> make_certificate(const Issuer& issuer, EVP_PKEY& subject,
                                        const Identity& identity, const std::string& serial,
                                        Validity validity) {
  CertificatePtr made(X509_new());
  X509V3_CTX context{};
  X509V3_set_ctx(&context, &issuer.certificate, made.get(), nullptr, nullptr, 0);
  const ExtensionPtr names(identity_extension(identity));
  const bool is_made =
      set_head(*made, subject, serial, validity) &&
      add_name(X509_get_subject_name(made.get()), identity.name) &&
      X509_set_issuer_name(made.get(), X509_get_subject_name(&issuer.certificate)) == 1 &&
      add(*made, context, NID_basic_constraints, "critical,CA:FALSE") &&
      add(*made, context, NID_key_usage, "critical,digitalSignature") &&
      add(*made, context, NID_ext_key_usage, "serverAuth,clientAuth") &&
      add(*made, context, NID_subject_key_identifier, "hash") &&
      add(*made, context, NID_authority_key_identifier, "keyid:always") && names != nullptr &&
      X509_add_ext(made.get(), names.get(), -1) == 1 &&
      X509_sign(made.get(), &issuer.key, EVP_sha256()) > 0;
  return is_made ? Result<CertificatePtr>(std::move(made))
                 : Result<CertificatePtr>(openssl_failed("making a certificate"));
}

X509_EXTENSION* identity_extension(const Identity& identity) {
  const std::string value = "critical,URI:" + to_uri(identity);
  return X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, value.c_str());
}

Result<Identity> identity_in(const STACK_OF(X509_EXTENSION) * extensions) {
  const NamesPtr names(static_cast<GENERAL_NAMES*>(
      X509V3_get_d2i(extensions, NID_subject_alt_name, nullptr, nullptr)));
  if (names == nullptr || sk_GENERAL_NAME_num(names.get()) != 1) {
    return fail(ErrorKind::kInvalidArgument, "does not name one site, role and name");
  }
  const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), 0);
  if (name->type != GEN_URI) {
    return fail(ErrorKind::kInvalidArgument, "does not name one site, role and name");
  }
  const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
  return parse_uri({reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                    static_cast<std::size_t>(ASN1_STRING_length(uri))});
}

Result<Identity> identity_of(X509& certificate) {
  return identity_in(X509_get0_extensions(&certificate));
}

Result<std::string> site_of(X509& ca) {
  std::array<char, 128> name{};
  const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(&ca), NID_commonName,
                                             name.data(), static_cast<int>(name.size()));
  const std::string_view text(name.data(), static_cast<std::size_t>(std::max(size, 0)));
  if (X509_check_ca(&ca) != 1 || !text.starts_with(kCaName) ||
      !is_slug(text.substr(kCaName.size()))) {
    return fail(ErrorKind::kInvalidArgument, "is not the certificate of a Candor CA");
  }
  return std::string(text.substr(kCaName.size()));
}

std::string to_pem(const X509& certificate) {
  const BioPtr bio = memory_bio();
  PEM_write_bio_X509(bio.get(), &certificate);
  return text_of(*bio);
}

std::string to_pem(const X509_CRL& crl) {
  const BioPtr bio = memory_bio();
  PEM_write_bio_X509_CRL(bio.get(), &crl);
  return text_of(*bio);
}

Result<CertificatePtr> load_certificate(const std::string& path) {
  return load<CertificatePtr>(path, "certificate", PEM_read_bio_X509);
}

Result<CrlPtr> load_crl(const std::string& path) {
  return load<CrlPtr>(path, "revocation list", PEM_read_bio_X509_CRL);
}

std::string serial_of(const X509& certificate) {
  const ASN1_INTEGER* serial = X509_get0_serialNumber(&certificate);
  const NumberPtr number(ASN1_INTEGER_to_BN(serial, nullptr));
  Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
  BN_bn2bin(number.get(), bytes.data());
  return to_hex(bytes);
}

Validity validity_of(const X509& certificate) {
  return {.from = utc_of(X509_get0_notBefore(&certificate)),
          .to = utc_of(X509_get0_notAfter(&certificate))};
}

std::string fingerprint_of(const X509& certificate) {
  std::array<std::uint8_t, 32> digest{};
  unsigned size = 0;
  X509_digest(&certificate, EVP_sha256(), digest.data(), &size);
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += fmt::format("{}{:02x}", text.empty() ? "" : ":", byte);
  }
  return text;
}

namespace {

bool add_revoked(X509_CRL& crl, const RevokedSerial& entry) {
  using RevokedPtr = std::unique_ptr<X509_REVOKED, FreeBy<X509_REVOKED_free>>;
  RevokedPtr revoked(X509_REVOKED_new());
  if (X509_REVOKED_set_serialNumber(revoked.get(), integer_of(entry.serial).get()) != 1 ||
      X509_REVOKED_set_revocationDate(revoked.get(), asn1_time(entry.at).get()) != 1 ||
      X509_CRL_add0_revoked(&crl, revoked.get()) != 1) {
    return false;
  }
  // NOLINTNEXTLINE(bugprone-unused-return-value): the list has taken it over.
  static_cast<void>(revoked.release());
  return true;
}

bool add_number(X509_CRL& crl, std::uint64_t number) {
  const IntegerPtr integer(ASN1_INTEGER_new());
  return ASN1_INTEGER_set_uint64(integer.get(), number) == 1 &&
         X509_CRL_add1_ext_i2d(&crl, NID_crl_number, integer.get(), 0, 0) == 1;
}

bool add_authority(X509_CRL& crl, X509& ca) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, &ca, nullptr, nullptr, &crl, 0);
  const ExtensionPtr extension(
      X509V3_EXT_conf_nid(nullptr, &context, NID_authority_key_identifier, "keyid:always"));
  return extension != nullptr && X509_CRL_add_ext(&crl, extension.get(), -1) == 1;
}

}  // namespace

Result<CrlPtr> make_crl(const Issuer& issuer, std::span<const RevokedSerial> revoked,
                        std::uint64_t number, Validity validity) {
  CrlPtr crl(X509_CRL_new());
  bool is_made =
      X509_CRL_set_version(crl.get(), 1) == 1 &&
      X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(&issuer.certificate)) == 1 &&
      X509_CRL_set1_lastUpdate(crl.get(), asn1_time(validity.from).get()) == 1 &&
      X509_CRL_set1_nextUpdate(crl.get(), asn1_time(validity.to).get()) == 1;
  for (const RevokedSerial& entry : revoked) {
    is_made = is_made && add_revoked(*crl, entry);
  }
  is_made = is_made && X509_CRL_sort(crl.get()) == 1 && add_authority(*crl, issuer.certificate) &&
            add_number(*crl, number) && X509_CRL_sign(crl.get(), &issuer.key, EVP_sha256()) > 0;
  return is_made ? Result<CrlPtr>(std::move(crl))
                 : Result<CrlPtr>(openssl_failed("making the revocation list"));
}

}  // namespace candor::pki
