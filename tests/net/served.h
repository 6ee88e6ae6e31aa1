// SPDX-License-Identifier: Apache-2.0
// A server on a real socket with a handler for tests, and a client that sends what it is told to.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "net/client.h"
#include "net/server.h"
#include "tests/support/temp_folder.h"

namespace candor::test {

/// The bytes 0, 1, 2 ... of a body that nobody could hold as text.
class CountingBody final : public net::BodySource {
 public:
  /// Fails after `good` bytes.
  CountingBody(std::uint64_t size, std::uint64_t good) : size_(size), good_(good) {}
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  [[nodiscard]] Result<std::size_t> read(std::span<std::uint8_t> out) override {
    if (at_ >= good_ && good_ < size_) {
      return fail(ErrorKind::kDataLoss, "the disk is broken");
    }
    const std::uint64_t end = std::min(size_, good_);
    const std::size_t count = std::min<std::uint64_t>(out.size(), end - at_);
    for (std::size_t i = 0; i < count; ++i) {
      out[i] = static_cast<std::uint8_t>(at_++);
    }
    return count;
  }

 private:
  std::uint64_t size_;
  std::uint64_t good_;
  std::uint64_t at_ = 0;
};

/// A connection whose bytes the test writes itself.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const timeval limit{.tv_sec = 10, .tv_usec = 0};  // A test that hangs says so.
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~RawClient() { ::close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view text) const { ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
  /// Everything until `end` has come, or until the server closes.
  std::string read_until(std::string_view end) {
    std::array<char, 65536> block{};
    while (end.empty() || arrived_.find(end) == std::string::npos) {
      const ssize_t got = ::recv(fd_, block.data(), block.size(), 0);
      if (got <= 0) {
        return std::exchange(arrived_, {});
      }
      arrived_.append(block.data(), static_cast<std::size_t>(got));
    }
    const std::size_t size = arrived_.find(end) + end.size();
    std::string text = arrived_.substr(0, size);
    arrived_.erase(0, size);
    return text;
  }
  std::string read_until_close() { return read_until(""); }

 private:
  int fd_;
  std::string arrived_;
};

/// "/hello" says hello with what it was asked, "/count?n=&good=" streams, "/echo" is a WebSocket.
inline net::asio::awaitable<void> echo(std::shared_ptr<net::WebSocket> socket) {
  for (;;) {
    const auto message = co_await socket->read();
    if (!message.has_value()) {
      co_return;
    }
    if (message->is_text) {
      const auto sent = co_await socket->write_text(message->content);
      if (!sent.has_value()) {
        co_return;
      }
      continue;
    }
    const ByteView bytes = as_bytes(message->content);
    const std::size_t half = bytes.size() / 2;
    const ByteView head = bytes.first(half);
    const ByteView body = bytes.subspan(half);
    const auto sent = co_await socket->write_binary(head, body);
    if (!sent.has_value()) {
      co_return;
    }
  }
}

inline net::asio::awaitable<net::HttpResponse> handle(net::HttpRequest request) {
  net::HttpResponse response;
  const std::string first = request.segments.empty() ? "" : request.segments[0];
  if (first == "hello") {
    response.body = fmt::format("hello {} {} {} from {}", request.method, request.query["q"],
                                request.body, request.peer);
    response.headers.emplace_back("Content-Type", "text/plain");
  } else if (first == "count") {
    const std::uint64_t size = std::stoull(request.query["n"]);
    const std::string good = request.query["good"];
    response.stream = std::make_unique<CountingBody>(size, good.empty() ? size : std::stoull(good));
  } else if (first == "echo") {
    response.websocket = echo;
  } else if (first == "nothing") {
    response.status = 204;
  } else if (first == "throw") {
    throw std::runtime_error("a bug");
  } else {
    response.status = 404;
  }
  co_return response;
}

class ServedTest : public testing::Test {
 protected:
  ServedTest() : work_(context_.get_executor()), thread_([this] { context_.run(); }) {}
  ~ServedTest() override {
    server_.reset();
    work_.reset();
    thread_.join();
    pool_.join();
  }

  [[nodiscard]] std::string socket_path() const { return folder_ / "s.sock"; }

  Result<std::unique_ptr<net::HttpServer>> listen(net::ServerOptions options) {
    return net::HttpServer::listen(context_, pool_, std::move(options), handle);
  }
  // Starts the server that this test talks to; its port.
  std::uint16_t serve_tcp() {
    net::ServerOptions options{.address = "127.0.0.1"};
    options.body_bytes_max = 1000;
    options.header_bytes_max = 2000;
    return serve(std::move(options));
  }
  void serve_unix() { serve({.unix_socket = socket_path()}); }
  std::uint16_t serve(net::ServerOptions options) {
    auto server = listen(std::move(options));
    EXPECT_TRUE(server.has_value()) << server.error().message();
    server_ = *std::move(server);
    return server_->port();
  }

  TempFolder folder_;
  net::asio::io_context context_;
  net::asio::thread_pool pool_{1};
  net::asio::executor_work_guard<net::asio::io_context::executor_type> work_;
  std::unique_ptr<net::HttpServer> server_;
  std::thread thread_;
};

}  // namespace candor::test
