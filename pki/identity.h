// SPDX-License-Identifier: Apache-2.0
// Who a certificate is for: site, role and name, written into it as the URI
// "candor://<site>/<role>/<name>".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace candor::pki {

enum class Role : std::uint8_t { kCapture, kMonitor };

/// "capture", "monitor".
[[nodiscard]] std::string_view to_string(Role role);
/// Errors: kInvalidArgument  naming the roles there are.
[[nodiscard]] Result<Role> parse_role(std::string_view text);

struct Identity {
  std::string site;
  Role role = Role::kCapture;
  std::string name;
  friend bool operator==(const Identity&, const Identity&) = default;
};

/// Errors: kInvalidArgument  site or name is not a slug (core/ids.h).
[[nodiscard]] Result<void> check_identity(const Identity& identity);
[[nodiscard]] std::string to_uri(const Identity& identity);
/// Errors: kInvalidArgument  not such a URI.
[[nodiscard]] Result<Identity> parse_uri(std::string_view uri);

}  // namespace candor::pki
