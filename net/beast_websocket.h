// SPDX-License-Identifier: Apache-2.0
// WebSocket over the link's stream, for server and client. Included by the .cc files of net/ only.
#pragma once

#include <array>
#include <string>
#include <utility>

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>

#include "net/endpoint.h"
#include "net/http.h"
#include "net/link_stream.h"

namespace candor::net {

class BeastWebSocket final : public WebSocket {
 public:
  static constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
  static constexpr std::size_t kWriteBufferBytes = std::size_t{128} << 10;

  BeastWebSocket(LinkStream stream, std::size_t message_bytes_max) : stream_(std::move(stream)) {
    stream_.read_message_max(message_bytes_max);
    stream_.write_buffer_bytes(kWriteBufferBytes);
    stream_.auto_fragment(false);
  }

  [[nodiscard]] boost::beast::websocket::stream<LinkStream>& stream() { return stream_; }
  /// From now on objection() judges the peer by what this endpoint asks of it.
  void judge_by(Endpoint endpoint) { endpoint_ = std::move(endpoint); }

  asio::awaitable<Result<WebSocketMessage>> read() override {
    boost::beast::flat_buffer buffer;
    const auto [code, bytes] = co_await stream_.async_read(buffer, kToken);
    if (code) {
      co_return fail(ErrorKind::kUnavailable, "WebSocket: " + code.message());
    }
    co_return WebSocketMessage{.is_text = stream_.got_text(),
                               .content = boost::beast::buffers_to_string(buffer.data())};
  }

  asio::awaitable<Result<void>> write_text(std::string text) override {
    stream_.text(true);
    const auto [code, bytes] = co_await stream_.async_write(asio::buffer(text), kToken);
    co_return result_of(code);
  }

  asio::awaitable<Result<void>> write_binary(ByteView head, ByteView body) override {
    stream_.binary(true);
    const std::array<asio::const_buffer, 2> pieces = {asio::buffer(head.data(), head.size()),
                                                      asio::buffer(body.data(), body.size())};
    const auto [code, bytes] = co_await stream_.async_write(pieces, kToken);
    co_return result_of(code);
  }

  void cancel() override { stream_.next_layer().close(); }

  [[nodiscard]] std::string objection() const override {
    const std::shared_ptr<X509> peer = stream_.next_layer().peer_certificate();
    return endpoint_.is_tls() && peer != nullptr
               ? endpoint_.credentials->objection_to(*peer, endpoint_.peer)
               : std::string();
  }

 private:
  static Result<void> result_of(const boost::system::error_code& code) {
    return code ? Result<void>(fail(ErrorKind::kUnavailable, "WebSocket: " + code.message()))
                : Result<void>();
  }

  boost::beast::websocket::stream<LinkStream> stream_;
  Endpoint endpoint_;  // Of a client.
};

}  // namespace candor::net
