// SPDX-License-Identifier: Apache-2.0
#include "pki/enrolment.h"

#include <cstdio>
#include <memory>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>

#include "pki/certificate.h"
#include "pki/files.h"
#include "pki/key.h"
#include "pki/request.h"

namespace candor::pki {
namespace {

std::string request_path(const std::string& folder) { return folder + "/request.pem"; }
std::string request_key_path(const std::string& folder) { return folder + "/request.key"; }

Result<void> check_ca(X509& certificate, X509& ca, const std::string& path, UtcTime now) {
  const KeyPtr ca_key(X509_get_pubkey(&ca));
  if (X509_verify(&certificate, ca_key.get()) != 1) {
    ERR_clear_error();
    return fail(ErrorKind::kInvalidArgument, path + ": was not signed by this CA");
  }
  const UtcTime expires = validity_of(certificate).to;
  if (expires <= now) {
    return fail(ErrorKind::kInvalidArgument,
                fmt::format("{}: expired at {}", path, to_rfc3339(expires)));
  }
  return {};
}

// The key that a certificate must belong to: the one of the request, else the installed one.
Result<KeyPtr> own_key(const std::string& folder) {
  const bool is_enrolling = exists(request_key_path(folder));
  const std::string path = is_enrolling ? request_key_path(folder) : credential_paths(folder).key;
  if (!exists(path)) {
    return fail(ErrorKind::kFailedPrecondition,
                folder + ": holds no key; begin with: candor enrol --code CODE");
  }
  CANDOR_TRY(const std::string pem, read_private_file(path));
  return with_context(parse_key(pem), path);
}

Result<void> check_identity_asked(const std::string& folder, const Identity& identity) {
  if (!exists(request_path(folder))) {
    return {};
  }
  CANDOR_TRY(const std::string text, read_file(request_path(folder)));
  CANDOR_TRY(const Request request, parse_request(text));
  if (request.identity != identity) {
    return fail(ErrorKind::kInvalidArgument,
                fmt::format("the certificate is for {}, the request was for {}", to_uri(identity),
                            to_uri(request.identity)));
  }
  return {};
}

Result<void> keep_ca(const std::string& folder, X509& ca) {
  const std::string path = credential_paths(folder).ca;
  if (exists(path)) {
    CANDOR_TRY(const CertificatePtr known, load_certificate(path));
    if (X509_cmp(known.get(), &ca) != 0) {
      return fail(ErrorKind::kFailedPrecondition,
                  path + ": is another CA; if the site has a new one, take this file away first");
    }
    return {};
  }
  return replace_file(path, to_pem(ca), kPublicMode);
}

std::int64_t number_of(const X509_CRL& crl) {
  using IntegerPtr = std::unique_ptr<ASN1_INTEGER, FreeBy<ASN1_INTEGER_free>>;
  const IntegerPtr number(
      static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(&crl, NID_crl_number, nullptr, nullptr)));
  return number == nullptr ? 0 : ASN1_INTEGER_get(number.get());
}

}  // namespace

CredentialPaths credential_paths(const std::string& folder) {
  return {.ca = folder + "/ca.pem",
          .certificate = folder + "/certificate.pem",
          .key = folder + "/key.pem",
          .crl = folder + "/crl.pem"};
}

Result<std::string> begin_enrolment(const std::string& folder, const Identity& identity,
                                    const EnrolmentCode& code) {
  CANDOR_CHECK(check_identity(identity));
  CANDOR_CHECK(make_private_folder(folder));
  CANDOR_TRY(const KeyPtr key, make_key());
  CANDOR_TRY(const std::string pem, key_pem(*key));
  CANDOR_TRY(const std::string request, make_request(*key, identity, code));
  CANDOR_CHECK(replace_file(request_key_path(folder), pem, kPrivateMode));
  CANDOR_CHECK(replace_file(request_path(folder), request, kPublicMode));
  return request_path(folder);
}

Result<Installation> install(const std::string& folder, const std::string& certificate_path,
                             const std::string& ca_path, const std::string& crl_path, UtcTime now) {
  CANDOR_TRY(const CertificatePtr certificate, load_certificate(certificate_path));
  CANDOR_TRY(const CertificatePtr ca, load_certificate(ca_path));
  CANDOR_TRY(const std::string site, with_context(site_of(*ca), ca_path));
  CANDOR_CHECK(check_ca(*certificate, *ca, certificate_path, now));
  CANDOR_TRY(const Identity identity, with_context(identity_of(*certificate), certificate_path));
  if (identity.site != site) {
    return fail(ErrorKind::kInvalidArgument, fmt::format("{}: is for site '{}', the CA is of '{}'",
                                                         certificate_path, identity.site, site));
  }
  CANDOR_CHECK(check_identity_asked(folder, identity));
  CANDOR_TRY(const KeyPtr key, own_key(folder));
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    ERR_clear_error();
    return fail(ErrorKind::kInvalidArgument,
                certificate_path + ": is not for the key in " + folder +
                    "; sign the request that lies there, or enrol again");
  }
  CANDOR_CHECK(keep_ca(folder, *ca));
  if (!crl_path.empty()) {
    CANDOR_CHECK(install_list(folder, crl_path));
  }
  const CredentialPaths paths = credential_paths(folder);
  CANDOR_TRY(const std::string pem, key_pem(*key));
  CANDOR_CHECK(replace_file(paths.key, pem, kPrivateMode));
  CANDOR_CHECK(replace_file(paths.certificate, to_pem(*certificate), kPublicMode));
  ::unlink(request_key_path(folder).c_str());
  ::unlink(request_path(folder).c_str());
  return Installation{.identity = identity,
                      .expires = validity_of(*certificate).to,
                      .ca_fingerprint = fingerprint_of(*ca),
                      .has_list = exists(paths.crl)};
}

Result<void> install_list(const std::string& folder, const std::string& crl_path) {
  const CredentialPaths paths = credential_paths(folder);
  CANDOR_TRY(const CertificatePtr ca, load_certificate(paths.ca));
  CANDOR_TRY(const CrlPtr fresh, load_crl(crl_path));
  const KeyPtr ca_key(X509_get_pubkey(ca.get()));
  if (X509_CRL_verify(fresh.get(), ca_key.get()) != 1) {
    ERR_clear_error();
    return fail(ErrorKind::kInvalidArgument,
                crl_path + ": was not signed by the CA in " + paths.ca);
  }
  if (exists(paths.crl)) {
    CANDOR_TRY(const CrlPtr known, load_crl(paths.crl));
    if (number_of(*fresh) < number_of(*known)) {
      return fail(ErrorKind::kInvalidArgument,
                  crl_path + ": is older than the list in " + paths.crl + "; take the newest");
    }
  }
  return replace_file(paths.crl, to_pem(*fresh), kPublicMode);
}

}  // namespace candor::pki
