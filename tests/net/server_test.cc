// SPDX-License-Identifier: Apache-2.0
#include "net/server.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>

#include "tests/net/served.h"

namespace candor::net {
namespace {

using test::RawClient;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ServerTest : public test::ServedTest {
 protected:
  static std::string error_of(const Result<std::unique_ptr<HttpServer>>& listening) {
    return listening.has_value() ? "none"
                                 : std::string(to_string(listening.error().kind())) + ": " +
                                       listening.error().message();
  }
  std::string body(const std::string& target, const std::string& method = "GET") {
    auto response = send_request(Endpoint::local(socket_path()),
                                 {.method = method, .target = target}, std::chrono::seconds(10));
    if (!response.has_value()) {
      return response.error().message();
    }
    const auto text = (*response)->read_all(std::size_t{64} << 20);
    return text.has_value() ? *text : std::string(to_string(text.error().kind()));
  }
};

TEST_F(ServerTest, AnswersRequestsOnOneConnection) {
  RawClient client(serve_tcp());
  for (const char* q : {"one", "two%20words"}) {
    client.send(std::string("GET /hello?q=") + q + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.read_until("from 127.0.0.1"), HasSubstr("HTTP/1.1 200"));
  }

  client.send("GET /hello?q=last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

  EXPECT_THAT(client.read_until_close(), HasSubstr("hello GET last"));
}

TEST_F(ServerTest, TakesABodyUpToItsLimitAndNoMore) {
  const std::uint16_t port = serve_tcp();
  const auto post = [port](std::size_t size) {
    RawClient client(port);
    client.send(
        fmt::format("POST /hello HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n"
                    "Connection: close\r\n\r\n{}",
                    size, std::string(size, 'b')));
    return client.read_until_close();
  };

  EXPECT_THAT(post(1000), HasSubstr("HTTP/1.1 200"));
  EXPECT_THAT(post(1001), HasSubstr("HTTP/1.1 413"));
}

TEST_F(ServerTest, RefusesAHeadThatHasNoEnd) {
  RawClient client(serve_tcp());
  client.send("GET /hello HTTP/1.1\r\nX: " + std::string(3000, 'x'));

  EXPECT_THAT(client.read_until_close(), StartsWith("HTTP/1.1 413"));
}

TEST_F(ServerTest, ClosesOnWhatIsNotHttp) {
  RawClient client(serve_tcp());
  client.send("\x16\x03\x01 hello\r\n\r\n");

  EXPECT_THAT(client.read_until_close(), Not(HasSubstr("200")));
}

TEST_F(ServerTest, RefusesATargetThatIsNoPath) {
  RawClient client(serve_tcp());
  client.send("GET http://other/ HTTP/1.1\r\nHost: x\r\n\r\n");

  EXPECT_THAT(client.read_until_close(), StartsWith("HTTP/1.1 400"));
}

TEST_F(ServerTest, AnswersHeadWithTheLengthAndNoBody) {
  RawClient client(serve_tcp());
  client.send("HEAD /count?n=5000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

  const std::string answer = client.read_until_close();

  EXPECT_THAT(answer, HasSubstr("Content-Length: 5000\r\n"));
  EXPECT_THAT(answer, testing::EndsWith("\r\n\r\n"));
}

TEST_F(ServerTest, StreamsABodyOfManyBlocks) {
  serve_unix();
  constexpr std::size_t kSize = 1'000'000;

  const std::string got = body(fmt::format("/count?n={}", kSize));

  ASSERT_EQ(got.size(), kSize);
  for (std::size_t at = 0; at < kSize; at += 997) {
    ASSERT_EQ(static_cast<std::uint8_t>(got[at]), static_cast<std::uint8_t>(at));
  }
}

TEST_F(ServerTest, ABodyThatFailsMidwayIsNeverTakenForWhole) {
  serve_unix();

  EXPECT_EQ(body("/count?n=1000000&good=300000"), "data-loss");
}

TEST_F(ServerTest, AFaultyHandlerIsAnErrorAndNotTheEndOfTheConnection) {
  RawClient client(serve_tcp());
  client.send("GET /throw HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.read_until("see its log"), StartsWith("HTTP/1.1 500"));

  client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");

  EXPECT_THAT(client.read_until("from"), HasSubstr("200"));
}

TEST_F(ServerTest, AnAnswerWithoutContentHasNoLength) {
  RawClient client(serve_tcp());
  client.send("GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

  const std::string answer = client.read_until_close();

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 204"));
  EXPECT_THAT(answer, Not(HasSubstr("Content-Length")));
}

TEST_F(ServerTest, ASlowHeadIsNotWaitedForWithoutEnd) {
  serve({.address = "127.0.0.1", .idle_max = std::chrono::seconds(1)});
  RawClient client(server_->port());
  client.send("GET /hello HTTP/1.1\r\nX: ");

  EXPECT_EQ(client.read_until_close(), "");
}

TEST_F(ServerTest, ServesAUnixSocketToItsGroup) {
  serve_unix();

  EXPECT_EQ(body("/hello?q=a"), "hello GET a  from unix");
  EXPECT_EQ(std::filesystem::status(socket_path()).permissions(),
            static_cast<std::filesystem::perms>(0660));
}

TEST_F(ServerTest, SaysThatThePortIsInUse) {
  const std::uint16_t port = serve_tcp();

  EXPECT_EQ(error_of(listen({.address = "127.0.0.1", .port = port})),
            fmt::format("already-exists: 127.0.0.1:{}: is in use by another program; stop it or "
                        "choose another",
                        port));
}

TEST_F(ServerTest, SaysWhatIsNoAddress) {
  EXPECT_EQ(error_of(listen({.address = "monitor"})),
            "invalid-argument: 'monitor' is not an IP address");
}

TEST_F(ServerTest, ReplacesTheSocketOfAProcessThatIsGone) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket_path().copy(address.sun_path, sizeof address.sun_path - 1);
  const int left = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(left, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(left);

  serve_unix();

  EXPECT_THAT(body("/hello"), StartsWith("hello"));
}

TEST_F(ServerTest, LeavesTheSocketOfARunningProgramAlone) {
  serve_unix();

  EXPECT_THAT(error_of(listen({.unix_socket = socket_path()})),
              HasSubstr("is in use by a running program; stop it first"));
  EXPECT_THAT(body("/hello"), StartsWith("hello"));
}

TEST_F(ServerTest, DeletesNoFileThatIsNoSocket) {
  const std::string path = folder_ / "letter.txt";
  std::ofstream(path) << "keep me";

  EXPECT_THAT(error_of(listen({.unix_socket = path})), HasSubstr("is no socket"));
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(ServerTest, SaysThatNobodyListens) {
  EXPECT_THAT(body("/hello"), HasSubstr("is candor-capture running?"));
}

TEST_F(ServerTest, StoppingEndsOpenConnections) {
  RawClient client(serve_tcp());
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  client.read_until("from 127.0.0.1");

  server_->stop();

  EXPECT_EQ(client.read_until_close(), "");
}

}  // namespace
}  // namespace candor::net
