// SPDX-License-Identifier: Apache-2.0
#include "config/link_loader.h"

#include <algorithm>
#include <string>

#include "config/address.h"

namespace candor::config {
namespace {

std::optional<TlsConfig> read_tls(TableReader& reader) {
  std::optional<TlsConfig> tls;
  reader.table("tls", [&](TableReader& inner) {
    TlsConfig files;
    inner.absolute_path("ca", files.ca, true);
    inner.absolute_path("certificate", files.certificate, true);
    inner.absolute_path("key", files.key, true);
    inner.absolute_path("crl", files.crl, true);
    tls = std::move(files);
  });
  return tls;
}

}  // namespace

void read_capture_link(TableReader& reader, CaptureConfig& capture) {
  std::string listen;
  reader.text("listen", listen, false);
  capture.tls = read_tls(reader);
  if (listen.empty() != !capture.tls.has_value()) {
    reader.complain(listen.empty() ? "tls" : "listen",
                    "'listen' and the section [capture.tls] go together");
    return;
  }
  if (listen.empty()) {
    return;
  }
  if (const auto parsed = parse_listen(listen); parsed.has_value()) {
    capture.address = parsed->address;
    capture.port = parsed->port;
  } else {
    reader.complain("listen", "must be an IP address and a port, as in \"0.0.0.0:8443\"");
  }
}

void read_host_address(TableReader& reader, HostConfig& host) {
  std::string address;
  reader.absolute_path("socket", host.socket, false);
  reader.text("address", address, false);
  if (host.socket.empty() == address.empty()) {
    reader.complain("address", "either 'socket' or 'address' is needed, not both");
    return;
  }
  if (address.empty()) {
    return;
  }
  if (const auto parsed = parse_host_address(address); parsed.has_value()) {
    host.address = parsed->host;
    host.port = parsed->port;
  } else {
    reader.complain("address", "must be a host and a port, as in \"host-1.rec.example:8443\"");
  }
}

void read_monitor_tls(TableReader& reader, MonitorConfig& monitor) {
  monitor.tls = read_tls(reader);
  const bool is_needed = std::ranges::any_of(
      monitor.hosts, [](const HostConfig& host) { return !host.address.empty(); });
  if (is_needed && !monitor.tls.has_value()) {
    reader.complain("tls", "a [[monitor.host]] with 'address' needs the section [monitor.tls]");
  }
}

}  // namespace candor::config
