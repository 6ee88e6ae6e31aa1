// SPDX-License-Identifier: Apache-2.0
// The connections of one server: requests read one after another, answered by the handler. Included
// by net/ only.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/thread_pool.hpp>

#include "net/http.h"
#include "net/refused_peers.h"
#include "net/server.h"
#include "net/token_bucket.h"

namespace candor::net {

/// On the server's io_context, which has one thread. Lives until its last connection has ended,
/// which may be after the server is gone.
struct ConnectionService {
  using Socket = asio::generic::stream_protocol::socket;

  static void start(const std::shared_ptr<ConnectionService>& service, Socket socket);
  void stop_all();
  /// See HttpServer::check_peers().
  void check_peers();

  asio::thread_pool& blocking;
  const ServerOptions options;
  HttpHandler handler;
  std::size_t open = 0;                        // Connections.
  std::list<std::function<void()>> cancels{};  // What ends them.

  // A peer that was let in, for as long as it is connected.
  struct TlsPeer {
    std::shared_ptr<x509_st> certificate;
    std::string address;
    std::function<void()> cancel;
  };
  std::list<TlsPeer> tls_peers{};
  RefusedPeers refused{};
  std::optional<TokenBucket> bucket{};  // For streamed bodies.
};

}  // namespace candor::net
