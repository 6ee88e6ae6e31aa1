// SPDX-License-Identifier: Apache-2.0
#include "pki/authority.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "pki/certificate.h"
#include "pki/enrolment_code.h"
#include "pki/files.h"
#include "pki/key.h"
#include "pki/request.h"

namespace candor::pki {
namespace {

// A host whose clock is a little behind accepts what was just made.
constexpr std::chrono::minutes kClockTolerance{5};

std::string certificate_path(const std::string& folder) { return folder + "/ca.pem"; }
std::string key_path(const std::string& folder) { return folder + "/ca.key"; }

Result<void> check_invitation(const std::map<std::string, Invitation>& invitations,
                              const Request& request, UtcTime now) {
  const auto found = invitations.find(request.code_id);
  if (found == invitations.end()) {
    return fail(ErrorKind::kPermissionDenied,
                fmt::format("the code {}-... is none of this CA's; make one: candor ca invite",
                            request.code_id));
  }
  const Invitation& invited = found->second;
  if (invited.is_used) {
    return fail(ErrorKind::kFailedPrecondition,
                fmt::format("the code {}-... has been used; make a new one: candor ca invite",
                            request.code_id));
  }
  if (now > invited.expires) {
    return fail(ErrorKind::kFailedPrecondition,
                fmt::format("the code {}-... expired at {}; make a new one: candor ca invite",
                            request.code_id, to_rfc3339(invited.expires)));
  }
  if (request.identity != invited.identity) {
    return fail(ErrorKind::kPermissionDenied,
                fmt::format("the request is for {}, the code for {}; enrol with what was invited",
                            to_uri(request.identity), to_uri(invited.identity)));
  }
  if (!is_proven(request, invited.proof_key)) {
    return fail(ErrorKind::kPermissionDenied,
                "the request does not prove its code: the code was mistyped, or the request was "
                "changed on its way; enrol again");
  }
  return {};
}

}  // namespace

struct Authority::Opened {
  CertificatePtr certificate;
  KeyPtr key;
  [[nodiscard]] Issuer issuer() const { return {*certificate, *key}; }
};

Result<Authority::Opened> Authority::open_issuer(const std::string& folder,
                                                 std::string_view passphrase) {
  Opened opened;
  CANDOR_TRY(opened.certificate, load_certificate(certificate_path(folder)));
  CANDOR_TRY(const std::string sealed, read_private_file(key_path(folder)));
  CANDOR_TRY(opened.key, with_context(open_sealed_key(sealed, passphrase), key_path(folder)));
  if (X509_check_private_key(opened.certificate.get(), opened.key.get()) != 1) {
    return fail(ErrorKind::kDataLoss, folder + ": ca.key is not the key of ca.pem");
  }
  return opened;
}

Authority::Authority(std::string folder, Journal journal)
    : folder_(std::move(folder)), journal_(std::move(journal)) {}

Result<void> Authority::init(const std::string& folder, const std::string& site,
                             std::string_view passphrase, UtcTime now) {
  CANDOR_CHECK(check_identity({.site = site, .role = Role::kCapture, .name = "x"}));
  if (passphrase.size() < kPassphraseMin) {
    return fail(ErrorKind::kInvalidArgument,
                fmt::format("the passphrase must have {} characters or more", kPassphraseMin));
  }
  CANDOR_CHECK(make_private_folder(folder));
  if (exists(key_path(folder))) {
    return fail(ErrorKind::kAlreadyExists, folder + ": holds a CA already; name another folder");
  }
  Opened ca;
  CANDOR_TRY(ca.key, make_key());
  CANDOR_TRY(
      ca.certificate,
      make_ca_certificate(*ca.key, site, {.from = now + -kClockTolerance, .to = now + kCaLife}));
  CANDOR_TRY(const std::string sealed, sealed_key_pem(*ca.key, passphrase));
  CANDOR_CHECK(Journal::create(folder, site));
  CANDOR_CHECK(replace_file(key_path(folder), sealed, kPrivateMode));
  CANDOR_CHECK(replace_file(certificate_path(folder), to_pem(*ca.certificate), kPublicMode));
  CANDOR_TRY(Authority made, open(folder));
  return made.write_list(ca, now);
}

Result<Authority> Authority::open(const std::string& folder) {
  CANDOR_TRY(Journal journal, Journal::open(folder));
  return Authority(folder, std::move(journal));
}

Result<std::string> Authority::fingerprint() const {
  CANDOR_TRY(const CertificatePtr certificate, load_certificate(certificate_path(folder_)));
  return fingerprint_of(*certificate);
}

Result<std::string> Authority::invite(Role role, const std::string& name, UtcTime now) {
  const Identity identity{.site = journal_.site(), .role = role, .name = name};
  CANDOR_CHECK(check_identity(identity));
  CANDOR_TRY(EnrolmentCode code, make_code());
  while (journal_.invitations().contains(code.id)) {
    CANDOR_TRY(code, make_code());
  }
  CANDOR_CHECK(journal_.add_invitation({.code_id = code.id,
                                        .identity = identity,
                                        .expires = now + kCodeLife,
                                        .proof_key = proof_key(code, identity)}));
  return to_string(code);
}

Result<SignedCertificate> Authority::sign(std::string_view text, std::string_view passphrase,
                                          std::chrono::hours life, UtcTime now) {
  CANDOR_TRY(const Request request, parse_request(text));
  CANDOR_CHECK(check_invitation(journal_.invitations(), request, now));
  CANDOR_TRY(const Opened ca, open_issuer(folder_, passphrase));
  CANDOR_TRY(std::string serial, make_serial());
  const Validity validity{.from = now + -kClockTolerance, .to = now + life};
  if (validity.to > validity_of(*ca.certificate).to) {
    return fail(ErrorKind::kFailedPrecondition,
                "the certificate would outlive its CA; make a new CA (docs/design/pki.md)");
  }
  CANDOR_TRY(const CertificatePtr made,
             make_certificate(ca.issuer(), *request.key, request.identity, serial, validity));
  SignedCertificate result{.issued = {.serial = std::move(serial),
                                      .identity = request.identity,
                                      .from = validity.from,
                                      .to = validity.to,
                                      .revoked = std::nullopt},
                           .pem = to_pem(*made)};
  CANDOR_CHECK(journal_.add_issued(result.issued, request.code_id));
  CANDOR_CHECK(write_list(ca, now));
  return result;
}

Result<std::vector<Issued>> Authority::revoke_serial(const std::string& serial,
                                                     std::string_view passphrase, UtcTime now) {
  const auto& issued = journal_.issued();
  const auto found =
      std::ranges::find_if(issued, [&](const Issued& one) { return one.serial == serial; });
  if (found == issued.end()) {
    return fail(ErrorKind::kNotFound,
                "no certificate has the serial " + serial + "; see them all: candor ca list");
  }
  const Issued& one = *found;
  if (one.revoked.has_value()) {
    return fail(ErrorKind::kFailedPrecondition,
                fmt::format("{} was revoked at {}", serial, to_rfc3339(*one.revoked)));
  }
  return revoke({one}, passphrase, now);
}

Result<std::vector<Issued>> Authority::revoke_name(const std::string& name,
                                                   std::string_view passphrase, UtcTime now) {
  std::vector<Issued> found;
  std::ranges::copy_if(journal_.issued(), std::back_inserter(found), [&](const Issued& one) {
    return one.identity.name == name && !one.revoked.has_value() && one.to > now;
  });
  if (found.empty()) {
    return fail(ErrorKind::kNotFound,
                "'" + name + "' has no certificate that is valid; see them all: candor ca list");
  }
  return revoke(std::move(found), passphrase, now);
}

Result<std::vector<Issued>> Authority::revoke(std::vector<Issued> these,
                                              std::string_view passphrase, UtcTime now) {
  CANDOR_TRY(const Opened ca, open_issuer(folder_, passphrase));  // Before anything is written.
  for (Issued& one : these) {
    CANDOR_CHECK(journal_.add_revoked(one.serial, now));
    one.revoked = now;
  }
  CANDOR_CHECK(write_list(ca, now));
  return these;
}

Result<void> Authority::write_list(std::string_view passphrase, UtcTime now) {
  CANDOR_TRY(const Opened ca, open_issuer(folder_, passphrase));
  return write_list(ca, now);
}

Result<void> Authority::write_list(const Opened& ca, UtcTime now) {
  std::vector<RevokedSerial> revoked;
  for (const Issued& one : journal_.issued()) {
    if (one.revoked.has_value()) {
      revoked.push_back({.serial = one.serial, .at = *one.revoked});
    }
  }
  const std::uint64_t number = journal_.lists() + 1;
  const Validity validity{.from = now + -kClockTolerance, .to = now + kListLife};
  CANDOR_TRY(const CrlPtr list, make_crl(ca.issuer(), revoked, number, validity));
  CANDOR_CHECK(journal_.add_list(number, now));
  return replace_file(crl_path(), to_pem(*list), kPublicMode);
}

}  // namespace candor::pki
