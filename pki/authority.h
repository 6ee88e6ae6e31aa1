// SPDX-License-Identifier: Apache-2.0
// A site's own CA, in a folder that is kept offline: ca.pem, the sealed ca.key, crl.pem and the
// journal (docs/design/pki.md).
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "pki/journal.h"

namespace candor::pki {

inline constexpr std::chrono::hours kCaLife{24 * 3652};  // Ten years.
inline constexpr std::chrono::hours kCertificateLife{24 * 90};
inline constexpr std::chrono::hours kCertificateLifeMax{24 * 398};
inline constexpr std::chrono::hours kCodeLife{24};
/// Longer than a certificate's: who renews certificates in time brings a new list in time.
inline constexpr std::chrono::hours kListLife{24 * 120};
inline constexpr std::size_t kPassphraseMin = 12;

/// What sign() made.
struct SignedCertificate {
  Issued issued;
  std::string pem;
};

/// The machine of the CA; one command at a time.
class Authority {
 public:
  /// Makes the CA and an empty revocation list.
  /// Errors: kAlreadyExists; kInvalidArgument  a short passphrase, a site that is no slug; errno
  /// kinds.
  [[nodiscard]] static Result<void> init(const std::string& folder, const std::string& site,
                                         std::string_view passphrase, UtcTime now);
  /// Errors: those of Journal::open().
  [[nodiscard]] static Result<Authority> open(const std::string& folder);

  [[nodiscard]] const Journal& journal() const { return journal_; }
  /// SHA-256 of the CA's certificate. Errors: kNotFound, kInvalidArgument.
  [[nodiscard]] Result<std::string> fingerprint() const;
  [[nodiscard]] std::string crl_path() const { return folder_ + "/crl.pem"; }

  /// The code to hand over; only what proves it is kept.
  [[nodiscard]] Result<std::string> invite(Role role, const std::string& name, UtcTime now);

  /// Checks a request against its invitation, uses the invitation up and makes the certificate.
  /// Errors: kPermissionDenied  no such invitation, wrong proof, another role or name, a wrong
  /// passphrase; kFailedPrecondition  the code is used or has expired.
  [[nodiscard]] Result<SignedCertificate> sign(std::string_view request,
                                               std::string_view passphrase, std::chrono::hours life,
                                               UtcTime now);

  /// Revokes one certificate by its serial, or all of a name that are valid, and writes the list.
  /// Errors: kNotFound  nothing to revoke; as sign().
  [[nodiscard]] Result<std::vector<Issued>> revoke_serial(const std::string& serial,
                                                          std::string_view passphrase, UtcTime now);
  [[nodiscard]] Result<std::vector<Issued>> revoke_name(const std::string& name,
                                                        std::string_view passphrase, UtcTime now);
  /// Writes crl.pem anew.
  [[nodiscard]] Result<void> write_list(std::string_view passphrase, UtcTime now);

 private:
  struct Opened;  // The CA with its key, for as long as one command needs it.

  Authority(std::string folder, Journal journal);
  [[nodiscard]] static Result<Opened> open_issuer(const std::string& folder,
                                                  std::string_view passphrase);
  [[nodiscard]] Result<void> write_list(const Opened& ca, UtcTime now);
  [[nodiscard]] Result<std::vector<Issued>> revoke(std::vector<Issued> these,
                                                   std::string_view passphrase, UtcTime now);

  std::string folder_;
  Journal journal_;
};

}  // namespace candor::pki
