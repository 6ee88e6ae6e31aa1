// SPDX-License-Identifier: Apache-2.0
#include "pki/identity.h"

#include <fmt/format.h>

#include "core/ids.h"

namespace candor::pki {
namespace {

constexpr std::string_view kScheme = "candor://";
constexpr std::string_view kSlugRule =
    "must be 1 to 63 of a-z, 0-9 and '-', and not begin with '-'";

}  // namespace

std::string_view to_string(Role role) { return role == Role::kCapture ? "capture" : "monitor"; }

Result<Role> parse_role(std::string_view text) {
  for (const Role role : {Role::kCapture, Role::kMonitor}) {
    if (to_string(role) == text) {
      return role;
    }
  }
  return fail(ErrorKind::kInvalidArgument,
              fmt::format("there is no role '{}'; it is capture or monitor", text));
}

Result<void> check_identity(const Identity& identity) {
  if (!is_slug(identity.site)) {
    return fail(ErrorKind::kInvalidArgument, fmt::format("site '{}' {}", identity.site, kSlugRule));
  }
  if (!is_slug(identity.name)) {
    return fail(ErrorKind::kInvalidArgument, fmt::format("name '{}' {}", identity.name, kSlugRule));
  }
  return {};
}

std::string to_uri(const Identity& identity) {
  return fmt::format("{}{}/{}/{}", kScheme, identity.site, to_string(identity.role), identity.name);
}

Result<Identity> parse_uri(std::string_view uri) {
  const auto malformed = [] {
    return fail(ErrorKind::kInvalidArgument, "is not candor://<site>/<role>/<name>");
  };
  if (!uri.starts_with(kScheme)) {
    return malformed();
  }
  const std::string_view path = uri.substr(kScheme.size());
  const std::size_t first = path.find('/');
  const std::size_t second = first == path.npos ? path.npos : path.find('/', first + 1);
  if (second == path.npos) {
    return malformed();
  }
  const auto role = parse_role(path.substr(first + 1, second - first - 1));
  if (!role.has_value()) {
    return malformed();
  }
  Identity identity{.site = std::string(path.substr(0, first)),
                    .role = *role,
                    .name = std::string(path.substr(second + 1))};
  return check_identity(identity).has_value() ? Result<Identity>(std::move(identity)) : malformed();
}

}  // namespace candor::pki
