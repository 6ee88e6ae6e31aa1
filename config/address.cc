// SPDX-License-Identifier: Apache-2.0
#include "config/address.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <netinet/in.h>
#include <system_error>

#include "core/ids.h"

namespace candor::config {
namespace {

constexpr std::size_t kDomainMax = 253;  // RFC 1035, 3.1, as text.

constexpr std::string_view kHostCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";

// "host", "host:port", "[v6]" and "[v6]:port" in two parts; `port` is none without a colon.
struct HostPort {
  std::string_view host;
  bool is_bracketed = false;
  std::optional<std::string_view> port;
};

std::optional<HostPort> split(std::string_view text) {
  HostPort parts;
  std::string_view rest;
  parts.is_bracketed = !text.empty() && text.front() == '[';
  if (parts.is_bracketed) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    parts.host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
  } else {
    parts.host = text.substr(0, text.find(':'));
    rest = text.substr(parts.host.size());
  }
  if (!rest.empty()) {
    if (rest.front() != ':') {
      return std::nullopt;
    }
    parts.port = rest.substr(1);
  }
  return parts.host.empty() ? std::nullopt : std::optional(parts);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool is_whole = code == std::errc() && end == text.data() + text.size();
  return is_whole && port != 0 ? std::optional(port) : std::nullopt;
}

bool is_ip(const std::string& text, int family) {
  in6_addr any{};
  return ::inet_pton(family, text.c_str(), &any) == 1;
}

}  // namespace

std::string camera_url_fault(std::string_view url) {
  const std::size_t scheme = url.starts_with("rtsps://") ? 8 : url.starts_with("rtsp://") ? 7 : 0;
  if (scheme == 0) {
    return "must begin with rtsp:// or rtsps://";
  }
  const bool is_printable =
      std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7F; });
  if (!is_printable) {
    return "holds a space, a control character or a letter outside ASCII; write it as %XX";
  }
  std::string_view authority = url.substr(scheme);
  authority = authority.substr(0, authority.find('/'));
  if (authority.find('@') != std::string_view::npos) {
    return "holds a user or password; write 'user' and 'password_file' instead";
  }
  const auto parts = split(authority);
  if (!parts.has_value()) {
    return "names no host; write rtsp://HOST:PORT/PATH";
  }
  if (!parts->is_bracketed && parts->host.find_first_not_of(kHostCharacters) != parts->host.npos) {
    return "has a host that is no address and no name of a-z, 0-9, '.', '-' and '_'";
  }
  if (parts->is_bracketed && !is_ip(std::string(parts->host), AF_INET6)) {
    return "has no IPv6 address between its brackets";
  }
  if (parts->port.has_value() && !parse_port(*parts->port).has_value()) {
    return "has a port that is no number from 1 to 65535";
  }
  return {};
}

std::optional<ListenAddress> parse_listen(std::string_view text) {
  const auto parts = split(text);
  if (!parts.has_value() || !parts->port.has_value()) {
    return std::nullopt;
  }
  const std::string host(parts->host);
  const auto port = parse_port(*parts->port);
  if (!port.has_value() || !is_ip(host, parts->is_bracketed ? AF_INET6 : AF_INET)) {
    return std::nullopt;
  }
  return ListenAddress{.address = host, .port = *port};
}

std::optional<HostAddress> parse_host_address(std::string_view text) {
  const auto parts = split(text);
  if (!parts.has_value() || !parts->port.has_value()) {
    return std::nullopt;
  }
  const std::string host(parts->host);
  const auto port = parse_port(*parts->port);
  const bool is_host = parts->is_bracketed
                           ? is_ip(host, AF_INET6)
                           : host.find_first_not_of(kHostCharacters) == std::string::npos;
  if (!port.has_value() || !is_host) {
    return std::nullopt;
  }
  return HostAddress{.host = host, .port = *port};
}

bool is_domain(std::string_view text) {
  if (text.size() > kDomainMax) {
    return false;
  }
  while (true) {
    const std::size_t dot = text.find('.');
    const std::string_view label = text.substr(0, dot);
    if (!is_slug(label) || label.back() == '-') {
      return false;
    }
    if (dot == std::string_view::npos) {
      return true;
    }
    text.remove_prefix(dot + 1);
  }
}

}  // namespace candor::config
