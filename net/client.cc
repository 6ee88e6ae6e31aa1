// SPDX-License-Identifier: Apache-2.0
#include "net/client.h"

#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <boost/url.hpp>

#include "net/beast_websocket.h"
#include "net/connect.h"
#include "net/link_stream.h"

namespace candor::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::size_t kHeaderBytesMax = std::size_t{16} << 10;
constexpr std::chrono::seconds kConnectMax{5};

// Each operation is asynchronous underneath and waited for here, so that it has a deadline.
class BlockingResponse final : public ClientResponse {
 public:
  BlockingResponse(Endpoint endpoint, std::chrono::seconds timeout)
      : endpoint_(std::move(endpoint)),
        timeout_(timeout),
        stream_(LinkStream::Plain(context_.get_executor())) {}

  Result<void> exchange(const ClientRequest& request) {
    CANDOR_CHECK(connect_now());
    const auto unsent = send(request);
    parser_.header_limit(kHeaderBytesMax);
    parser_.body_limit(boost::none);
    parser_.skip(request.method == "HEAD");
    const auto read_head = [&](auto done) {
      http::async_read_header(stream_, buffer_, parser_,
                              [done](const auto& code, std::size_t) mutable { done(code); });
    };
    // Who refuses our certificate says so and closes: that is still to be read.
    const auto unread = unsent && !endpoint_.is_tls() ? unsent : wait(read_head);
    const auto code =
        unsent && unread.category() != asio::error::get_ssl_category() ? unsent : unread;
    return code ? Result<void>(link_failed(code, endpoint_)) : Result<void>();
  }

  [[nodiscard]] unsigned status() const override { return parser_.get().result_int(); }
  [[nodiscard]] std::string header(std::string_view name) const override {
    return std::string(parser_.get()[beast::string_view(name.data(), name.size())]);
  }
  [[nodiscard]] std::uint64_t size() const override {
    const std::string length = header("Content-Length");
    return length.empty() ? 0 : std::strtoull(length.c_str(), nullptr, 10);
  }

  [[nodiscard]] Result<std::size_t> read(std::span<std::uint8_t> out) override {
    if (parser_.is_done()) {
      return 0;
    }
    parser_.get().body().data = out.data();
    parser_.get().body().size = out.size();
    parser_.get().body().more = true;
    const auto read_some = [&](auto done) {
      http::async_read(stream_, buffer_, parser_,
                       [done](const auto& code, std::size_t) mutable { done(code); });
    };
    const auto code = wait(read_some);
    if (code && code != http::error::need_buffer) {
      return link_failed(code, endpoint_);
    }
    return out.size() - parser_.get().body().size;
  }

 private:
  Result<void> connect_now() {
    Result<void> connected;
    std::exception_ptr problem;
    asio::co_spawn(context_, connect(stream_, endpoint_, timeout_),
                   [&](std::exception_ptr thrown, Result<void> result) {
                     problem = std::move(thrown);
                     connected = std::move(result);
                   });
    context_.run();
    if (problem) {
      return fail(ErrorKind::kInternal, endpoint_.text() + ": connecting failed");
    }
    return connected;
  }

  boost::system::error_code send(const ClientRequest& request) {
    http::request<http::string_body> message;
    message.method_string(request.method);
    message.target(request.target);
    message.version(11);
    message.set(http::field::host,
                endpoint_.is_local() || endpoint_.is_tls() ? "localhost" : endpoint_.text());
    message.set(http::field::connection, "close");
    for (const auto& [name, value] : request.headers) {
      message.set(name, value);
    }
    message.body() = request.body;
    message.prepare_payload();
    return wait([&](auto done) {
      http::async_write(stream_, message,
                        [done](const auto& code, std::size_t) mutable { done(code); });
    });
  }

  template <typename Start>
  boost::system::error_code wait(Start start) {
    boost::system::error_code result;
    stream_.expires_after(timeout_);
    start([&result](const boost::system::error_code& code) { result = code; });
    context_.restart();
    context_.run();
    return result;
  }

  Endpoint endpoint_;
  std::chrono::seconds timeout_;
  asio::io_context context_;
  LinkStream stream_;
  beast::flat_buffer buffer_;
  http::response_parser<http::buffer_body> parser_;
};

}  // namespace

Result<std::string> ClientResponse::read_all(std::size_t bytes_max) {
  std::string text;
  Bytes block(std::size_t{64} << 10);
  for (;;) {
    CANDOR_TRY(const std::size_t got, read(block));
    if (got == 0) {
      return text;
    }
    if (text.size() + got > bytes_max) {
      return fail(ErrorKind::kResourceExhausted, "the answer is too long");
    }
    text.append(as_text(ByteView(block).first(got)));
  }
}

Result<std::unique_ptr<ClientResponse>> send_request(const Endpoint& endpoint,
                                                     const ClientRequest& request,
                                                     std::chrono::seconds timeout) {
  auto response = std::make_unique<BlockingResponse>(endpoint, timeout);
  CANDOR_CHECK(response->exchange(request));
  return std::unique_ptr<ClientResponse>(std::move(response));
}

asio::awaitable<Result<std::shared_ptr<WebSocket>>> connect_websocket(
    Endpoint endpoint, std::string target, std::size_t message_bytes_max) {
  constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
  LinkStream stream(LinkStream::Plain(co_await asio::this_coro::executor));
  auto connecting = connect(stream, endpoint, kConnectMax);
  const Result<void> connected = co_await std::move(connecting);
  if (!connected.has_value()) {
    co_return fail(connected.error());
  }
  stream.expires_after(kConnectMax);
  auto socket = std::make_shared<BeastWebSocket>(std::move(stream), message_bytes_max);
  const auto [refused] = co_await socket->stream().async_handshake("localhost", target, kAwait);
  if (refused) {
    co_return link_failed(refused, endpoint);
  }
  socket->judge_by(std::move(endpoint));
  socket->stream().next_layer().expires_never();
  socket->stream().set_option(
      beast::websocket::stream_base::timeout::suggested(beast::role_type::client));
  co_return std::shared_ptr<WebSocket>(std::move(socket));
}

std::string encode_parameter(std::string_view text) {
  return boost::urls::encode(boost::urls::string_view(text.data(), text.size()),
                             boost::urls::unreserved_chars);
}

}  // namespace candor::net
