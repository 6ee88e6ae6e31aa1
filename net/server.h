// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 and WebSocket server on a Unix socket or a TCP address, there also over TLS. What it
// serves is the handler's.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "net/http.h"
#include "pki/credentials.h"

namespace candor::net {

struct ServerOptions {
  std::string unix_socket{};  // Either a path,
  std::string address{};      // or an address and a port.
  std::uint16_t port = 0;
  std::size_t connections_max = 512;
  std::uint32_t header_bytes_max = 16 * 1024;
  std::uint64_t body_bytes_max = std::uint64_t{64} << 10;
  std::size_t message_bytes_max = std::size_t{64} << 10;  // Of a WebSocket message from the peer.
  std::chrono::seconds idle_max{60};
  std::shared_ptr<const pki::Credentials> credentials{};  // With them: TLS, and
  pki::ExpectedPeer peer{};                               // who is let in.
  std::chrono::milliseconds handshake_max{5000};
  std::uint64_t stream_bytes_per_second = 0;  // Of all streamed bodies together; 0: no limit.
};

/// Lives on the io_context given; stop() from any thread.
class HttpServer {
 public:
  /// Binds and starts accepting.
  ///
  /// Errors: kAlreadyExists    address or socket in use, saying by which; kInvalidArgument  not an
  /// address;
  ///         errno kinds.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> listen(asio::io_context& context,
                                                                  asio::thread_pool& blocking,
                                                                  ServerOptions options,
                                                                  HttpHandler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  HttpServer(HttpServer&&) = delete;
  HttpServer& operator=(HttpServer&&) = delete;

  /// Ends connections over TLS whose peer the credentials do not let in any more. Thread: any.
  void check_peers();
  /// Accepts no more and ends all connections.
  void stop();
  [[nodiscard]] std::uint16_t port() const;

 private:
  struct Impl;
  explicit HttpServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace candor::net
