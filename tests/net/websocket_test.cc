// SPDX-License-Identifier: Apache-2.0
#include <future>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>

#include "net/client.h"
#include "tests/net/served.h"

namespace candor::net {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// Sends a message and gives what came back: "text:..", "binary:.." or the error.
asio::awaitable<std::string> exchange(std::shared_ptr<WebSocket> socket, std::string content,
                                      bool is_text) {
  const ByteView nothing;
  const ByteView bytes = as_bytes(content);
  const Result<void> sent = is_text ? co_await socket->write_text(content)
                                    : co_await socket->write_binary(bytes, nothing);
  if (!sent.has_value()) {
    co_return sent.error().message();
  }
  const auto message = co_await socket->read();
  if (!message.has_value()) {
    co_return message.error().message();
  }
  co_return (message->is_text ? "text:" : "binary:") + message->content;
}

asio::awaitable<std::string> read_one(std::shared_ptr<WebSocket> socket) {
  const auto message = co_await socket->read();
  co_return message.has_value() ? message->content : "ended";
}

class WebSocketTest : public test::ServedTest {
 protected:
  template <typename T>
  T run(asio::awaitable<T> activity) {
    auto future = asio::co_spawn(context_, std::move(activity), asio::use_future);
    if (future.wait_for(std::chrono::seconds(10)) != std::future_status::ready) {
      ADD_FAILURE() << "no end within 10 s";
      std::abort();  // The coroutine still refers to this test.
    }
    return future.get();
  }
  Result<std::shared_ptr<WebSocket>> connect(const std::string& target) {
    return run(connect_websocket(Endpoint::local(socket_path()), target, std::size_t{1} << 20));
  }
  std::string send(const std::shared_ptr<WebSocket>& socket, std::string content,
                   bool is_text = true) {
    return run(exchange(socket, std::move(content), is_text));
  }
};

TEST_F(WebSocketTest, EchoesTextAndBytesInTheirOrder) {
  serve_unix();
  const auto socket = connect("/echo").value();

  EXPECT_EQ(send(socket, "hello"), "text:hello");
  EXPECT_EQ(send(socket, std::string("\0\xff\x01", 3), false),
            "binary:" + std::string("\0\xff\x01", 3));
  EXPECT_EQ(send(socket, "again"), "text:again");
}

TEST_F(WebSocketTest, EndsAPeerWhoseMessageIsTooLong) {
  serve({.unix_socket = socket_path(), .message_bytes_max = 100});
  const auto socket = connect("/echo").value();

  EXPECT_EQ(send(socket, std::string(100, 'x')), "text:" + std::string(100, 'x'));
  EXPECT_THAT(send(socket, std::string(101, 'x')), StartsWith("WebSocket: "));
}

TEST_F(WebSocketTest, SaysThatNoWebSocketIsThere) {
  serve_unix();

  const auto socket = connect("/hello");

  ASSERT_FALSE(socket.has_value());
  EXPECT_EQ(socket.error().kind(), ErrorKind::kUnavailable);
}

TEST_F(WebSocketTest, AnOrdinaryRequestIsToldToUpgrade) {
  test::RawClient client(serve_tcp());
  client.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");

  EXPECT_THAT(client.read_until_close(), HasSubstr("HTTP/1.1 426"));
}

TEST_F(WebSocketTest, EachIsOneConnectionOfThoseThatMayBeOpen) {
  serve({.unix_socket = socket_path(), .connections_max = 2});
  const auto first = connect("/echo").value();
  const auto second = connect("/echo");

  EXPECT_TRUE(second.has_value());
  EXPECT_FALSE(connect("/echo").has_value());
}

TEST_F(WebSocketTest, StoppingTheServerEndsIt) {
  serve_unix();
  const auto socket = connect("/echo").value();
  ASSERT_EQ(send(socket, "hello"), "text:hello");

  server_->stop();

  EXPECT_EQ(run(read_one(socket)), "ended");
}

TEST_F(WebSocketTest, CancellingEndsAPendingRead) {
  serve_unix();
  const auto socket = connect("/echo").value();
  ASSERT_EQ(send(socket, "hello"), "text:hello");
  auto reading = asio::co_spawn(context_, read_one(socket), asio::use_future);

  asio::post(context_, [socket] { socket->cancel(); });

  EXPECT_EQ(reading.get(), "ended");
}

}  // namespace
}  // namespace candor::net
