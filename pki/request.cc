// SPDX-License-Identifier: Apache-2.0
#include "pki/request.h"

#include <memory>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "pki/certificate.h"
#include "pki/key.h"

namespace candor::pki {
namespace {

constexpr std::string_view kCodeField = "Candor-Code: ";
constexpr std::string_view kProofField = "Candor-Proof: ";

struct FreeExtensions {
  void operator()(STACK_OF(X509_EXTENSION) * list) const {
    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
  }
};
using ExtensionsPtr = std::unique_ptr<STACK_OF(X509_EXTENSION), FreeExtensions>;

Bytes der_of(const X509_REQ& csr) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_REQ(&csr, &der);
  Bytes bytes;
  if (size > 0) {
    bytes.assign(der, der + size);
    OPENSSL_free(der);
  }
  return bytes;
}

Result<CsrPtr> make_csr(EVP_PKEY& key, const Identity& identity) {
  CsrPtr csr(X509_REQ_new());
  const ExtensionsPtr extensions(sk_X509_EXTENSION_new_null());
  X509_EXTENSION* names = identity_extension(identity);
  if (names == nullptr || sk_X509_EXTENSION_push(extensions.get(), names) <= 0) {
    return openssl_failed("making a request");
  }
  X509_NAME* subject = X509_REQ_get_subject_name(csr.get());
  const bool is_made =
      X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(identity.name.data()),
                                 static_cast<int>(identity.name.size()), -1, 0) == 1 &&
      X509_REQ_set_version(csr.get(), 0) == 1 && X509_REQ_set_pubkey(csr.get(), &key) == 1 &&
      X509_REQ_add_extensions(csr.get(), extensions.get()) == 1 &&
      X509_REQ_sign(csr.get(), &key, EVP_sha256()) > 0;
  return is_made ? Result<CsrPtr>(std::move(csr))
                 : Result<CsrPtr>(openssl_failed("making a request"));
}

// The rest of the line that begins with `name`; empty without one.
std::string_view field(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  if (at == text.npos || (at != 0 && text[at - 1] != '\n')) {
    return {};
  }
  const std::string_view rest = text.substr(at + name.size());
  return rest.substr(0, rest.find_first_of("\r\n"));
}

}  // namespace

Result<std::string> make_request(EVP_PKEY& key, const Identity& identity,
                                 const EnrolmentCode& code) {
  CANDOR_TRY(const CsrPtr csr, make_csr(key, identity));
  const Bytes proof = proof_of(proof_key(code, identity), der_of(*csr));
  const BioPtr bio = memory_bio();
  if (PEM_write_bio_X509_REQ(bio.get(), csr.get()) != 1) {
    return openssl_failed("writing a request");
  }
  return fmt::format("{}{}\n{}{}\n{}", kCodeField, code.id, kProofField, to_hex(proof),
                     text_of(*bio));
}

Result<Request> parse_request(std::string_view text) {
  const BioPtr bio = bio_of(text);
  Request request;
  request.csr.reset(PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (request.csr == nullptr) {
    return fail(ErrorKind::kInvalidArgument,
                "holds no certificate request; make one: candor enrol");
  }
  const auto proof = from_hex(field(text, kProofField));
  request.code_id = field(text, kCodeField);
  if (!proof.has_value() || proof->empty() || request.code_id.empty()) {
    return fail(
        ErrorKind::kInvalidArgument,
        "holds no proof of an enrolment code; make the request by: candor enrol --code CODE");
  }
  request.proof = *proof;
  request.key.reset(X509_REQ_get_pubkey(request.csr.get()));
  if (request.key == nullptr || !is_p256(*request.key) ||
      X509_REQ_verify(request.csr.get(), request.key.get()) != 1) {
    ERR_clear_error();
    return fail(ErrorKind::kInvalidArgument, "is not signed by the P-256 key in it");
  }
  const ExtensionsPtr extensions(X509_REQ_get_extensions(request.csr.get()));
  CANDOR_TRY(request.identity, with_context(identity_in(extensions.get()), "the request"));
  return request;
}

bool is_proven(const Request& request, ByteView key) {
  return equal_in_constant_time(proof_of(key, der_of(*request.csr)), request.proof);
}

}  // namespace candor::pki
