// SPDX-License-Identifier: Apache-2.0
// What a host sends to its CA: a PKCS #10 request, and above it in the same file the proof that it
// was invited.
#pragma once

#include <string>
#include <string_view>

#include "core/bytes.h"
#include "pki/enrolment_code.h"
#include "pki/identity.h"
#include "pki/openssl_types.h"

namespace candor::pki {

struct Request {
  CsrPtr csr;
  KeyPtr key;  // The public half that is to be certified.
  Identity identity;
  std::string code_id;
  Bytes proof;
};

/// The request as a file's text.
[[nodiscard]] Result<std::string> make_request(EVP_PKEY& key, const Identity& identity,
                                               const EnrolmentCode& code);

/// Checks the request's own signature; whether it was invited is the CA's to judge.
/// Errors: kInvalidArgument  no request, no proof in it, not a P-256 key, a wrong signature.
[[nodiscard]] Result<Request> parse_request(std::string_view text);

/// True when the proof was made with this key (enrolment_code.h).
[[nodiscard]] bool is_proven(const Request& request, ByteView proof_key);

}  // namespace candor::pki
