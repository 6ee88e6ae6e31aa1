// SPDX-License-Identifier: Apache-2.0
// Where the other side is: a Unix socket of this machine, or another machine, over TLS or, to a
// witness, plain.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "pki/credentials.h"

namespace candor::net {

/// An immutable value.
struct Endpoint {
  std::string unix_socket{};  // Either a path,
  std::string host{};         // or a name or address, a port,
  std::uint16_t port = 0;
  std::shared_ptr<const pki::Credentials> credentials{};  // what we show and trust,
  pki::ExpectedPeer peer{};                               // and whom we expect.

  [[nodiscard]] static Endpoint local(std::string unix_socket) {
    return {.unix_socket = std::move(unix_socket)};
  }
  [[nodiscard]] bool is_tls() const { return credentials != nullptr; }
  [[nodiscard]] bool is_local() const { return host.empty(); }
  /// For messages: the path, or "host:port".
  [[nodiscard]] std::string text() const {
    return is_local() ? unix_socket : host + ":" + std::to_string(port);
  }
};

}  // namespace candor::net
