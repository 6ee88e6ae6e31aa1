// SPDX-License-Identifier: Apache-2.0
// The client side of the link: blocking requests for pools and the command line, and an
// asynchronous WebSocket.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/endpoint.h"
#include "net/http.h"

namespace candor::net {

struct ClientRequest {
  std::string method = "GET";
  std::string target;  // Path and query, encoded.
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
};

/// An answer whose body is still to be read.
class ClientResponse : public BodySource {
 public:
  [[nodiscard]] virtual unsigned status() const = 0;
  /// Value of the first header with this name, without regard to case; empty if there is none.
  [[nodiscard]] virtual std::string header(std::string_view name) const = 0;
  /// The whole body. Errors: kResourceExhausted  more than `bytes_max`; those of read().
  [[nodiscard]] Result<std::string> read_all(std::size_t bytes_max);
};

/// Sends one request on a connection of its own and reads the answer's head. Blocks; every read has
/// the timeout. Errors: kUnavailable  nobody listens, a certificate is refused; kDeadlineExceeded;
/// kDataLoss  not HTTP.
[[nodiscard]] Result<std::unique_ptr<ClientResponse>> send_request(const Endpoint& endpoint,
                                                                   const ClientRequest& request,
                                                                   std::chrono::seconds timeout);

/// Errors: kUnavailable  nobody listens, a certificate is refused, or no WebSocket is given.
[[nodiscard]] asio::awaitable<Result<std::shared_ptr<WebSocket>>> connect_websocket(
    Endpoint endpoint, std::string target, std::size_t message_bytes_max);

/// Percent-encodes everything but letters, digits, '-', '.', '_', '~'.
[[nodiscard]] std::string encode_parameter(std::string_view text);

}  // namespace candor::net
