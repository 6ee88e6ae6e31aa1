// SPDX-License-Identifier: Apache-2.0
// P-256 keys: made, written plain for a host or sealed by a passphrase for the CA, read back.
#pragma once

#include <string>
#include <string_view>

#include "pki/openssl_types.h"

namespace candor::pki {

/// Errors: kInternal.
[[nodiscard]] Result<KeyPtr> make_key();

[[nodiscard]] Result<std::string> key_pem(EVP_PKEY& key);
/// Errors: kInvalidArgument  no such key in it.
[[nodiscard]] Result<KeyPtr> parse_key(std::string_view pem);

/// PKCS #8 with scrypt (16 MiB) and AES-256-CBC.
[[nodiscard]] Result<std::string> sealed_key_pem(EVP_PKEY& key, std::string_view passphrase);
/// Errors: kPermissionDenied  the passphrase is wrong; kInvalidArgument  no sealed key.
[[nodiscard]] Result<KeyPtr> open_sealed_key(std::string_view pem, std::string_view passphrase);

/// True for keys that Candor's certificates may have.
[[nodiscard]] bool is_p256(EVP_PKEY& key);

}  // namespace candor::pki
