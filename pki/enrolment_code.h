// SPDX-License-Identifier: Apache-2.0
// The one-time code of an invitation, and the proof that somebody knows it (docs/design/pki.md).
#pragma once

#include <string>
#include <string_view>

#include "core/bytes.h"
#include "pki/identity.h"

namespace candor::pki {

/// Shape: four and twenty of 0-9 and A-Z without I, L, O, U: 20 bits of name, 100 bits of secret.
struct EnrolmentCode {
  std::string id;
  std::string secret;
};

[[nodiscard]] Result<EnrolmentCode> make_code();
/// "7K3M-ABCD-...": six groups of four.
[[nodiscard]] std::string to_string(const EnrolmentCode& code);
/// Takes small letters, blanks, missing dashes, O for 0 and I or L for 1.
/// Errors: kInvalidArgument  not a code.
[[nodiscard]] Result<EnrolmentCode> parse_code(std::string_view text);

/// What the CA keeps in place of the code: HMAC-SHA-256 of whom it invites, keyed by the secret.
[[nodiscard]] Bytes proof_key(const EnrolmentCode& code, const Identity& identity);
/// HMAC-SHA-256 of a request, keyed by proof_key().
[[nodiscard]] Bytes proof_of(ByteView key, ByteView request);
[[nodiscard]] bool equal_in_constant_time(ByteView a, ByteView b);

}  // namespace candor::pki
