// SPDX-License-Identifier: Apache-2.0
#include "net/client.h"

#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <boost/url.hpp>

#include "net/beast_websocket.h"

namespace candor::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using Endpoint = asio::local::stream_protocol::endpoint;

constexpr std::size_t kHeaderBytesMax = std::size_t{16} << 10;

tl::unexpected<Error> client_failed(const boost::system::error_code& code,
                                    const std::string& path) {
  if (code == beast::error::timeout) {
    return fail(ErrorKind::kDeadlineExceeded, path + ": no answer in time");
  }
  const bool is_http = code.category() == http::make_error_code(http::error::bad_value).category();
  return fail(is_http ? ErrorKind::kDataLoss : ErrorKind::kUnavailable,
              path + ": " + code.message());
}

// Each operation is asynchronous underneath and waited for here, so that it has a deadline.
class BlockingResponse final : public ClientResponse {
 public:
  BlockingResponse(std::string path, std::chrono::seconds timeout)
      : path_(std::move(path)), timeout_(timeout), stream_(context_) {}

  Result<void> exchange(const ClientRequest& request) {
    const Endpoint endpoint(path_);
    if (const auto code = wait([&](auto done) { stream_.async_connect(endpoint, done); }); code) {
      return fail(ErrorKind::kUnavailable,
                  path_ + ": " + code.message() + "; is candor-capture running?");
    }
    http::request<http::string_body> message;
    message.method_string(request.method);
    message.target(request.target);
    message.version(11);
    message.set(http::field::host, "localhost");
    message.set(http::field::connection, "close");
    for (const auto& [name, value] : request.headers) {
      message.set(name, value);
    }
    message.body() = request.body;
    message.prepare_payload();
    const auto write = [&](auto done) {
      http::async_write(stream_, message,
                        [done](const auto& code, std::size_t) mutable { done(code); });
    };
    if (const auto code = wait(write); code) {
      return client_failed(code, path_);
    }
    parser_.header_limit(kHeaderBytesMax);
    parser_.body_limit(boost::none);
    parser_.skip(request.method == "HEAD");
    const auto read_head = [&](auto done) {
      http::async_read_header(stream_, buffer_, parser_,
                              [done](const auto& code, std::size_t) mutable { done(code); });
    };
    const auto code = wait(read_head);
    return code ? Result<void>(client_failed(code, path_)) : Result<void>();
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
      return client_failed(code, path_);
    }
    return out.size() - parser_.get().body().size;
  }

 private:
  template <typename Start>
  boost::system::error_code wait(Start start) {
    boost::system::error_code result;
    stream_.expires_after(timeout_);
    start([&result](const boost::system::error_code& code) { result = code; });
    context_.restart();
    context_.run();
    return result;
  }

  std::string path_;
  std::chrono::seconds timeout_;
  asio::io_context context_;
  beast::basic_stream<asio::local::stream_protocol> stream_;
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

Result<std::unique_ptr<ClientResponse>> send_request(const std::string& unix_socket,
                                                     const ClientRequest& request,
                                                     std::chrono::seconds timeout) {
  auto response = std::make_unique<BlockingResponse>(unix_socket, timeout);
  CANDOR_CHECK(response->exchange(request));
  return std::unique_ptr<ClientResponse>(std::move(response));
}

asio::awaitable<Result<std::shared_ptr<WebSocket>>> connect_websocket(
    std::string unix_socket, std::string target, std::size_t message_bytes_max) {
  using Stream = beast::basic_stream<asio::local::stream_protocol, asio::any_io_executor>;
  constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
  Stream stream(co_await asio::this_coro::executor);
  stream.expires_after(std::chrono::seconds(5));
  const Endpoint endpoint(unix_socket);
  const auto [failed] = co_await stream.async_connect(endpoint, kAwait);
  if (failed) {
    co_return client_failed(failed, unix_socket);
  }
  auto socket = std::make_shared<BeastWebSocket<Stream>>(std::move(stream), message_bytes_max);
  const auto [refused] = co_await socket->stream().async_handshake("localhost", target, kAwait);
  if (refused) {
    co_return client_failed(refused, unix_socket);
  }
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
