// SPDX-License-Identifier: Apache-2.0
// X.509 certificates and revocation lists of a site's own CA: made, written as PEM, read back
// (docs/design/pki.md).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/time.h"
#include "pki/identity.h"
#include "pki/openssl_types.h"

namespace candor::pki {

struct Validity {
  UtcTime from;
  UtcTime to;
};

/// The CA as it signs.
struct Issuer {
  X509& certificate;
  EVP_PKEY& key;
};

struct RevokedSerial {
  std::string serial;  // Lower-case hexadecimal.
  UtcTime at;
};

/// 126 random bits.
[[nodiscard]] Result<std::string> make_serial();

[[nodiscard]] Result<CertificatePtr> make_ca_certificate(EVP_PKEY& key, const std::string& site,
                                                         Validity validity);
[[nodiscard]] Result<CertificatePtr> make_certificate(const Issuer& issuer, EVP_PKEY& subject,
                                                      const Identity& identity,
                                                      const std::string& serial, Validity validity);
/// `number` grows from one list to the next.
[[nodiscard]] Result<CrlPtr> make_crl(const Issuer& issuer, std::span<const RevokedSerial> revoked,
                                      std::uint64_t number, Validity validity);

[[nodiscard]] std::string to_pem(const X509& certificate);
[[nodiscard]] std::string to_pem(const X509_CRL& crl);
/// Errors: kInvalidArgument  there is none in it; those of read_file().
[[nodiscard]] Result<CertificatePtr> load_certificate(const std::string& path);
[[nodiscard]] Result<CrlPtr> load_crl(const std::string& path);

/// Errors: kInvalidArgument  no URI of ours in it, or more than one.
[[nodiscard]] Result<Identity> identity_of(X509& certificate);
/// The site of a CA's certificate. Errors: kInvalidArgument  not a CA of ours.
[[nodiscard]] Result<std::string> site_of(X509& ca);
[[nodiscard]] std::string serial_of(const X509& certificate);
[[nodiscard]] Validity validity_of(const X509& certificate);
/// SHA-256 in hexadecimal with colons between the bytes.
[[nodiscard]] std::string fingerprint_of(const X509& certificate);

/// The identity in a list of extensions, of a certificate or a request; as identity_of().
[[nodiscard]] Result<Identity> identity_in(const STACK_OF(X509_EXTENSION) * extensions);
/// The subject alternative name that carries the identity.
[[nodiscard]] X509_EXTENSION* identity_extension(const Identity& identity);

}  // namespace candor::pki
