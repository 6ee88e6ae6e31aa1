// SPDX-License-Identifier: Apache-2.0
#include "monitor/host_endpoint.h"

#include <utility>

namespace candor::monitor {

Result<std::shared_ptr<pki::Credentials>> load_credentials(const config::Config& config) {
  if (!config.monitor.tls.has_value()) {
    return std::shared_ptr<pki::Credentials>();
  }
  const config::TlsConfig& files = *config.monitor.tls;
  return pki::Credentials::load(
      {.ca = files.ca, .certificate = files.certificate, .key = files.key, .crl = files.crl},
      {.site = config.site, .role = pki::Role::kMonitor, .name = config.monitor.name});
}

net::Endpoint endpoint_of(const config::HostConfig& host, const std::string& site,
                          std::shared_ptr<const pki::Credentials> credentials) {
  if (host.address.empty()) {
    return net::Endpoint::local(host.socket);
  }
  net::Endpoint endpoint;
  endpoint.host = host.address;
  endpoint.port = host.port;
  endpoint.credentials = std::move(credentials);
  endpoint.peer = {.site = site, .role = pki::Role::kCapture, .name = host.name};
  return endpoint;
}

}  // namespace candor::monitor
