// SPDX-License-Identifier: Apache-2.0
// Network names as they are written in a configuration: a camera's URL, an address to listen on, a
// domain. Nothing is resolved or opened here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace candor::config {

/// What is wrong with a camera's URL and what to do; empty when it is rtsp(s)://host[:port][/path].
/// The answer never holds the URL: it may hold a password.
[[nodiscard]] std::string camera_url_fault(std::string_view url);

struct ListenAddress {
  std::string address;  // An IPv4 or IPv6 address, without brackets.
  std::uint16_t port = 0;
};

/// "127.0.0.1:8080", "[::1]:8080". None for a name, a missing port, a port outside 1 to 65535.
[[nodiscard]] std::optional<ListenAddress> parse_listen(std::string_view text);

struct HostAddress {
  std::string host;  // A name or an IP address, without brackets.
  std::uint16_t port = 0;
};

/// "host-1.lan:8443", "192.0.2.7:8443", "[2001:db8::7]:8443". None without a port.
[[nodiscard]] std::optional<HostAddress> parse_host_address(std::string_view text);

/// True for labels of a-z, 0-9 and '-' joined by dots, at most 253 characters: "rec.example".
[[nodiscard]] bool is_domain(std::string_view text);

}  // namespace candor::config
