// SPDX-License-Identifier: Apache-2.0
// A path as the address of a Unix socket.
#pragma once

#include <algorithm>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>

#include "core/result.h"

namespace candor::signer {

/// Errors: kInvalidArgument  longer than the 107 bytes that the kernel takes.
[[nodiscard]] inline Result<sockaddr_un> socket_address(const std::string& path) {
  sockaddr_un address{};
  if (path.empty() || path.size() >= sizeof(address.sun_path)) {
    return fail(ErrorKind::kInvalidArgument, path + ": is too long for a socket's path");
  }
  address.sun_family = AF_UNIX;
  std::ranges::copy(path, address.sun_path);
  return address;
}

/// connect(2) or bind(2) with such an address.
template <typename Call>
[[nodiscard]] int call_with(Call call, int socket, const sockaddr_un& address) {
  return call(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

}  // namespace candor::signer
