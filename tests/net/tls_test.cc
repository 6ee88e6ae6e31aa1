// SPDX-License-Identifier: Apache-2.0
// Who is let in over TLS, and who is not.
#include <chrono>
#include <future>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>
#include <openssl/ssl.h>

#include "net/client.h"
#include "net/fresh_credentials.h"
#include "tests/net/tls_fixture.h"

namespace candor::net {
namespace {

using pki::Role;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

asio::awaitable<std::string> echo_once(std::shared_ptr<WebSocket> socket, std::string content) {
  const ByteView head = as_bytes(std::string_view(content).substr(0, 3));
  const ByteView body = as_bytes(std::string_view(content).substr(3));
  const auto sent = co_await socket->write_binary(head, body);
  const auto message = co_await socket->read();
  co_return sent.has_value() && message.has_value() ? message->content : "ended";
}

asio::awaitable<std::string> read_one(std::shared_ptr<WebSocket> socket) {
  const auto message = co_await socket->read();
  co_return message.has_value() ? message->content : "ended";
}

class TlsTest : public test::TlsServedTest {
 protected:
  template <typename T>
  T run(asio::awaitable<T> activity) {
    return asio::co_spawn(context_, std::move(activity), asio::use_future).get();
  }
  std::shared_ptr<WebSocket> open_echo() {
    return run(connect_websocket(endpoint(monitor_), "/echo", std::size_t{1} << 20)).value();
  }
  // What an OpenSSL client of this version without certificate gets.
  std::string handshake_with(int version) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_method()),
                                                                    SSL_CTX_free);
    SSL_CTX_set_min_proto_version(context.get(), version);
    SSL_CTX_set_max_proto_version(context.get(), version);
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(BIO_new_ssl_connect(context.get()),
                                                            BIO_free_all);
    BIO_set_conn_hostname(bio.get(), fmt::format("127.0.0.1:{}", server_->port()).c_str());
    if (BIO_do_handshake(bio.get()) != 1) {
      return "no handshake";
    }
    std::string answer(100, '\0');
    BIO_puts(bio.get(), "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    return BIO_read(bio.get(), answer.data(), 100) > 0 ? answer : "no answer";
  }

  const std::shared_ptr<pki::Credentials> monitor_ = site_.credentials(Role::kMonitor, "monitor-1");
};

TEST_F(TlsTest, AMonitorOfTheSiteIsServed) {
  serve_tls();

  EXPECT_EQ(hello(endpoint(monitor_)), "hello GET a  from 127.0.0.1");
}

TEST_F(TlsTest, AHostIsFoundByItsNameToo) {
  serve_tls();
  Endpoint there = endpoint(monitor_);
  there.host = "localhost";

  EXPECT_THAT(hello(there), StartsWith("hello"));
}

TEST_F(TlsTest, AWebSocketCarriesLargeMessages) {
  auto options = tls_options();
  options.message_bytes_max = std::size_t{1} << 20;
  serve(options);
  const std::string content(300'000, 'x');

  EXPECT_EQ(run(echo_once(open_echo(), content)), content);
}

TEST_F(TlsTest, AWrongRoleIsRefused) {
  serve_tls();

  EXPECT_THAT(hello(endpoint(site_.credentials(Role::kCapture, "host-2"))),
              HasSubstr("refuses our certificate"));
}

TEST_F(TlsTest, AnExpiredCertificateIsRefused) {
  serve_tls();
  const UtcTime last_week = test::SitePki::now() + -7 * 24h;

  EXPECT_THAT(hello(endpoint(site_.credentials(Role::kMonitor, "monitor-2", last_week))),
              HasSubstr("refuses our certificate"));
}

TEST_F(TlsTest, ARevokedCertificateIsRefusedFromTheNextConnectionOn) {
  serve_tls();
  ASSERT_THAT(hello(endpoint(monitor_)), StartsWith("hello"));
  site_.revoke("monitor-1", site_.host_folder("host-1"));

  ASSERT_EQ(host_->reload().value(), true);

  EXPECT_THAT(hello(endpoint(monitor_)), HasSubstr("certificate revoked"));
}

TEST_F(TlsTest, ARevokedPeerThatIsConnectedIsEnded) {
  serve_tls();
  const auto socket = open_echo();
  auto reading = asio::co_spawn(context_, read_one(socket), asio::use_future);
  server_->check_peers();
  EXPECT_EQ(reading.wait_for(100ms), std::future_status::timeout);
  site_.revoke("monitor-1", site_.host_folder("host-1"));

  ASSERT_EQ(host_->reload().value(), true);
  server_->check_peers();

  EXPECT_EQ(reading.get(), "ended");
}

TEST_F(TlsTest, AClientSaysThatItsPeerWasRevokedSince) {
  serve_tls();
  const auto socket = open_echo();
  EXPECT_EQ(socket->objection(), "");
  site_.revoke("host-1", site_.host_folder("monitor-1"));

  ASSERT_EQ(monitor_->reload().value(), true);

  EXPECT_EQ(socket->objection(), "its certificate is revoked");
}

TEST_F(TlsTest, FilesAreReadAgainWhileTheProgramRuns) {
  serve_tls();
  auto keeping = keep_credentials_fresh(host_, pool_, [] {}, 20ms);
  asio::co_spawn(context_, std::move(keeping), asio::detached);
  site_.revoke("monitor-1", site_.host_folder("host-1"));

  const auto deadline = std::chrono::steady_clock::now() + 10s;
  std::string answer;
  while (answer.find("revoked") == std::string::npos &&
         std::chrono::steady_clock::now() < deadline) {
    answer = hello(endpoint(monitor_));
  }

  EXPECT_THAT(answer, HasSubstr("certificate revoked"));
  context_.stop();
}

TEST_F(TlsTest, ACertificateOfAnotherCaIsRefused) {
  serve_tls();
  test::SitePki other;
  const auto stranger = other.credentials(Role::kMonitor, "monitor-1");

  EXPECT_THAT(hello(endpoint(stranger)), HasSubstr("is not let in: its certificate is of another "
                                                   "CA"));
}

TEST_F(TlsTest, AServerThatIsNotTheHostIsRefused) {
  serve_tls();

  EXPECT_THAT(hello(endpoint(monitor_, "host-7")),
              HasSubstr("is not let in: it is 'host-1', not 'host-7'"));
}

TEST_F(TlsTest, WithoutACertificateNothingIsServed) {
  serve_tls();

  EXPECT_EQ(handshake_with(TLS1_3_VERSION), "no answer");
}

TEST_F(TlsTest, Tls12IsRefused) {
  serve_tls();

  EXPECT_EQ(handshake_with(TLS1_2_VERSION), "no handshake");
}

TEST_F(TlsTest, PlainHttpIsNotAnswered) {
  serve_tls();
  test::RawClient client(server_->port());
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");

  EXPECT_THAT(client.read_until_close(), testing::Not(HasSubstr("HTTP/1.1")));
}

TEST_F(TlsTest, ASlowHandshakeHasADeadline) {
  auto options = tls_options();
  options.handshake_max = 100ms;
  serve(options);
  test::RawClient client(server_->port());
  client.send("\x16\x03\x01");

  EXPECT_EQ(client.read_until_close(), "");
}

TEST_F(TlsTest, StreamedBodiesKeepToTheRate) {
  auto options = tls_options();
  options.stream_bytes_per_second = 2'000'000;
  serve(options);
  const auto begin = std::chrono::steady_clock::now();

  const auto response = send_request(endpoint(monitor_), {.target = "/count?n=3000000"}, 10s);
  ASSERT_TRUE(response.has_value()) << response.error().message();
  EXPECT_EQ((*response)->read_all(std::size_t{4} << 20)->size(), 3'000'000U);

  // One second's worth goes at once.
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 450ms);
}

}  // namespace
}  // namespace candor::net
