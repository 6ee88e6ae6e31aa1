// SPDX-License-Identifier: Apache-2.0
// The host's side of enrolment: a folder with its key and a request for the CA, then with its
// certificate, the CA's and the revocation list.
#pragma once

#include <string>

#include "core/time.h"
#include "pki/enrolment_code.h"
#include "pki/identity.h"

namespace candor::pki {

/// What a folder holds after install(); the program reads these four.
struct CredentialPaths {
  std::string ca;
  std::string certificate;
  std::string key;
  std::string crl;
};
[[nodiscard]] CredentialPaths credential_paths(const std::string& folder);

/// Makes a key of mode 0600 and the request; what is installed stays until install(). Returns the
/// request's path. Errors: kInvalidArgument  no name or site; errno kinds.
[[nodiscard]] Result<std::string> begin_enrolment(const std::string& folder,
                                                  const Identity& identity,
                                                  const EnrolmentCode& code);

struct Installation {
  Identity identity;
  UtcTime expires;
  std::string ca_fingerprint;
  bool has_list = false;
};

/// Installs a certificate that the CA signed for the request in this folder.
/// Errors: kInvalidArgument  not this CA's, not for this key, not for whom was asked, expired;
/// kFailedPrecondition  the folder trusts another CA already; those of install_list().
[[nodiscard]] Result<Installation> install(const std::string& folder,
                                           const std::string& certificate_path,
                                           const std::string& ca_path, const std::string& crl_path,
                                           UtcTime now);

/// Installs a newer revocation list.
/// Errors: kInvalidArgument  not signed by the folder's CA, or older than the one in it.
[[nodiscard]] Result<void> install_list(const std::string& folder, const std::string& crl_path);

}  // namespace candor::pki
