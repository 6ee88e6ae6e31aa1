// SPDX-License-Identifier: Apache-2.0
#include "app/capture/network_link.h"

#include <exception>
#include <utility>

#include <boost/asio.hpp>

#include "core/log.h"
#include "net/fresh_credentials.h"

namespace candor::app {
namespace {

namespace asio = boost::asio;

constexpr std::uint64_t kBytesInMegabit = 125'000;

net::ServerOptions server_options(const config::Config& config,
                                  std::shared_ptr<const pki::Credentials> credentials) {
  net::ServerOptions options;
  options.address = config.capture.address;
  options.port = config.capture.port;
  options.connections_max = config.limits.connections;
  options.body_bytes_max = config.limits.body_kib * 1024;
  options.credentials = std::move(credentials);
  options.peer = {.site = config.site, .role = pki::Role::kMonitor, .name = {}};
  options.stream_bytes_per_second = config.limits.range_mbps * kBytesInMegabit;
  return options;
}

}  // namespace

Result<std::unique_ptr<NetworkLink>> NetworkLink::open(const config::Config& config,
                                                       asio::io_context& context,
                                                       asio::thread_pool& blocking,
                                                       net::HttpHandler handler) {
  auto link = std::make_unique<NetworkLink>();
  if (!config.capture.tls.has_value()) {
    return link;
  }
  const config::TlsConfig& files = *config.capture.tls;
  CANDOR_TRY(
      const auto credentials,
      pki::Credentials::load(
          {.ca = files.ca, .certificate = files.certificate, .key = files.key, .crl = files.crl},
          {.site = config.site, .role = pki::Role::kCapture, .name = config.capture.host}));
  CANDOR_TRY(link->server_,
             net::HttpServer::listen(context, blocking, server_options(config, credentials),
                                     std::move(handler)));
  auto keeping =
      net::keep_credentials_fresh(credentials, blocking, [server = std::weak_ptr(link->server_)] {
        if (const auto running = server.lock(); running != nullptr) {
          running->check_peers();
        }
      });
  asio::co_spawn(context, std::move(keeping), [](const std::exception_ptr& problem) {
    if (problem) {
      log::error("link.credentials-threw");
    }
  });
  log::info("link.listening", {{"address", config.capture.address}, {"port", config.capture.port}});
  return link;
}

}  // namespace candor::app
