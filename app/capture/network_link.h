// SPDX-License-Identifier: Apache-2.0
// The control API for monitors on other machines: the same as on the Unix socket, over TLS, for the
// role monitor only.
#pragma once

#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "config/config.h"
#include "net/server.h"

namespace candor::app {

/// On the net thread.
class NetworkLink {
 public:
  /// Listens where [capture] says; does nothing without `listen`.
  /// Errors: those of pki::Credentials::load() and HttpServer::listen().
  [[nodiscard]] static Result<std::unique_ptr<NetworkLink>> open(const config::Config& config,
                                                                 boost::asio::io_context& context,
                                                                 boost::asio::thread_pool& blocking,
                                                                 net::HttpHandler handler);

 private:
  std::shared_ptr<net::HttpServer> server_;
};

}  // namespace candor::app
