// SPDX-License-Identifier: Apache-2.0
// HTTP and WebSocket as values and narrow interfaces; Beast stays in the .cc files.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "core/bytes.h"
#include "core/result.h"

namespace candor::net {

namespace asio = boost::asio;

struct HttpRequest {
  std::string method;                 // "GET", "HEAD", "POST".
  std::vector<std::string> segments;  // Of the path, percent-decoded.
  std::map<std::string, std::string, std::less<>> query;
  std::map<std::string, std::string, std::less<>> headers;  // Names in lower case.
  std::string body;
  std::string peer;       // Address without port; "unix" for a local socket.
  std::string peer_name;  // Of the monitor that the certificate names; empty without TLS.

  [[nodiscard]] std::string_view header(std::string_view lower_case_name) const;
};

/// A body that is read block by block. One thread at a time: a blocking pool's.
class BodySource {
 public:
  virtual ~BodySource() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Fills at most `out`; 0 at the end. May block on the disk.
  [[nodiscard]] virtual Result<std::size_t> read(std::span<std::uint8_t> out) = 0;
};

struct WebSocketMessage {
  bool is_text = true;
  std::string content;
};

/// One WebSocket connection. One strand: that of the handler's coroutine.
class WebSocket {
 public:
  virtual ~WebSocket() = default;
  /// The next message. Errors: kUnavailable when the peer closed or the socket failed.
  [[nodiscard]] virtual asio::awaitable<Result<WebSocketMessage>> read() = 0;
  [[nodiscard]] virtual asio::awaitable<Result<void>> write_text(std::string text) = 0;
  /// Two pieces in one binary message.
  [[nodiscard]] virtual asio::awaitable<Result<void>> write_binary(ByteView head,
                                                                   ByteView body) = 0;
  /// Ends pending reads and writes with an error.
  virtual void cancel() = 0;
  /// Why the peer would not be let in now; empty when it would, and without TLS. A client's only:
  /// a server judges its peers itself (HttpServer::check_peers()).
  [[nodiscard]] virtual std::string objection() const { return {}; }
};
using WebSocketHandler = std::function<asio::awaitable<void>(std::shared_ptr<WebSocket>)>;

struct HttpResponse {
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  std::unique_ptr<BodySource> stream{};  // In place of `body`.
  WebSocketHandler websocket{};          // In place of both, for an upgrade request.
};
using HttpHandler = std::function<asio::awaitable<HttpResponse>(HttpRequest)>;

}  // namespace candor::net
