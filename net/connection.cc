// SPDX-License-Identifier: Apache-2.0
#include "net/connection.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <netinet/tcp.h>
#include <optional>
#include <utility>

#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <boost/url.hpp>

#include "core/log.h"
#include "net/beast_websocket.h"
#include "net/json.h"
#include "net/link_stream.h"
#include "net/run_blocking.h"

namespace candor::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;

using Stream = LinkStream;
using Parser = http::request_parser<http::string_body>;

constexpr std::size_t kBlockBytes = std::size_t{128} << 10;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

struct Peer {
  std::string address;
  std::string name;  // From its certificate.
};

std::optional<HttpRequest> to_request(const http::request<http::string_body>& message,
                                      const Peer& peer) {
  const auto target = boost::urls::parse_origin_form(message.target());
  if (!target) {
    return std::nullopt;
  }
  HttpRequest request;
  request.method = std::string(message.method_string());
  for (const auto& segment : target->segments()) {
    request.segments.emplace_back(segment);
  }
  for (const auto& parameter : target->params()) {
    request.query[std::string(parameter.key)] = std::string(parameter.value);
  }
  for (const auto& field : message) {
    request.headers[lower(field.name_string())] = std::string(field.value());
  }
  request.body = message.body();
  request.peer = peer.address;
  request.peer_name = peer.name;
  return request;
}

// RFC 9110, 15.3.5 and 15.4.5: these answers end with their head.
bool has_content(unsigned status) { return status != 204 && status != 304; }

std::string peer_of(Stream& stream) {
  boost::system::error_code code;
  const auto endpoint = stream.plain().socket().remote_endpoint(code);
  if (code || (endpoint.data()->sa_family != AF_INET && endpoint.data()->sa_family != AF_INET6)) {
    return "unix";
  }
  asio::ip::tcp::endpoint address;
  address.resize(endpoint.size());
  std::memcpy(address.data(), endpoint.data(), endpoint.size());
  return address.address().to_string();
}

// Is ended by ConnectionService::stop_all() for as long as it lives.
class Cancellable {
 public:
  Cancellable(ConnectionService& service, std::function<void()> cancel)
      : cancels_(service.cancels), at_(cancels_.insert(cancels_.end(), std::move(cancel))) {}
  ~Cancellable() { cancels_.erase(at_); }
  Cancellable(const Cancellable&) = delete;
  Cancellable& operator=(const Cancellable&) = delete;
  Cancellable(Cancellable&&) = delete;
  Cancellable& operator=(Cancellable&&) = delete;

 private:
  std::list<std::function<void()>>& cancels_;
  std::list<std::function<void()>>::iterator at_;
};

// Is judged by ConnectionService::check_peers() for as long as it lives.
class KnownPeer {
 public:
  KnownPeer(ConnectionService& service, ConnectionService::TlsPeer peer)
      : peers_(service.tls_peers), at_(peers_.insert(peers_.end(), std::move(peer))) {}
  ~KnownPeer() { peers_.erase(at_); }
  KnownPeer(const KnownPeer&) = delete;
  KnownPeer& operator=(const KnownPeer&) = delete;
  KnownPeer(KnownPeer&&) = delete;
  KnownPeer& operator=(KnownPeer&&) = delete;

 private:
  std::list<ConnectionService::TlsPeer>& peers_;
  std::list<ConnectionService::TlsPeer>::iterator at_;
};

// One connection from accept to close. Its state is the coroutine's locals.
class Connection {
 public:
  Connection(ConnectionService& service, Stream& stream, Peer peer)
      : service_(service), stream_(stream), peer_(std::move(peer)) {}

  asio::awaitable<void> serve() {
    beast::flat_buffer buffer;
    bool keeps_alive = true;
    while (keeps_alive) {
      Parser parser;
      parser.header_limit(service_.options.header_bytes_max);
      parser.body_limit(service_.options.body_bytes_max);
      stream_.expires_after(service_.options.idle_max);
      const auto [code, bytes] = co_await http::async_read(stream_, buffer, parser, kAwait);
      if (code == http::error::body_limit || code == http::error::header_limit) {
        co_await refuse(413, "request is too large");
        co_return;
      }
      if (code) {
        co_return;
      }
      auto message = parser.release();
      keeps_alive = message.keep_alive();
      auto request = to_request(message, peer_);
      if (!request.has_value()) {
        co_await refuse(400, "not a path");
        co_return;
      }
      const bool is_head = request->method == "HEAD";
      auto handling = handle(std::move(*request));
      HttpResponse response = co_await std::move(handling);
      if (response.websocket) {
        co_await upgrade(std::move(message), std::move(response.websocket));
        co_return;
      }
      const bool written = co_await answer(std::move(response), is_head, keeps_alive);
      keeps_alive = keeps_alive && written;
    }
  }

 private:
  // A handler that throws is a bug of ours; whoever asked is told so all the same.
  asio::awaitable<HttpResponse> handle(HttpRequest request) {
    std::string problem;
    try {
      auto handling = service_.handler(std::move(request));
      co_return co_await std::move(handling);
    } catch (const std::exception& thrown) {
      problem = thrown.what();
    }
    log::error("net.handler-threw", {{"what", problem}});
    co_return error_response(Error(ErrorKind::kInternal, "an error of this program; see its log"));
  }

  asio::awaitable<void> refuse(unsigned status, std::string reason) {
    HttpResponse response{.status = status, .body = std::move(reason)};
    co_await answer(std::move(response), false, false);
  }

  asio::awaitable<void> upgrade(http::request<http::string_body> message,
                                WebSocketHandler handler) {
    if (!websocket::is_upgrade(message)) {
      co_await refuse(426, "a WebSocket is needed here");
      co_return;
    }
    stream_.expires_never();
    auto socket =
        std::make_shared<BeastWebSocket>(std::move(stream_), service_.options.message_bytes_max);
    socket->stream().set_option(
        websocket::stream_base::timeout::suggested(beast::role_type::server));
    const Cancellable cancellable(service_, [socket] { socket->cancel(); });
    const auto [refused] = co_await socket->stream().async_accept(message, kAwait);
    const bool accepted = !refused;
    if (accepted) {
      co_await handler(socket);
    }
  }

  asio::awaitable<bool> answer(HttpResponse response, bool is_head, bool keeps_alive) {
    http::response<http::empty_body> head{static_cast<http::status>(response.status), 11};
    for (const auto& [name, value] : response.headers) {
      head.insert(name, value);
    }
    head.keep_alive(keeps_alive);
    const std::uint64_t size =
        response.stream != nullptr ? response.stream->size() : response.body.size();
    if (has_content(response.status)) {
      head.content_length(size);
    }
    stream_.expires_after(service_.options.idle_max);
    const bool has_body = !is_head && has_content(response.status);
    if (has_body && response.stream == nullptr) {
      // Head and body in one write: half the calls for the many small answers.
      const http::response<http::string_body> whole(std::move(head.base()),
                                                    std::move(response.body));
      http::response_serializer<http::string_body> serializer{whole};
      const auto [failed, written] = co_await http::async_write(stream_, serializer, kAwait);
      co_return !failed;
    }
    http::response_serializer<http::empty_body> serializer{head};
    const auto [code, bytes] = co_await http::async_write_header(stream_, serializer, kAwait);
    if (code || !has_body) {
      co_return !code;
    }
    co_return co_await write_stream(*response.stream);
  }

  asio::awaitable<bool> write_stream(BodySource& source) {
    Bytes block(kBlockBytes);
    const auto read_block = [&source, &block] { return source.read(block); };
    for (;;) {
      auto reading = run_blocking(service_.blocking.get_executor(), read_block);
      const Result<std::size_t> got = co_await std::move(reading);
      if (!got.has_value() || *got == 0) {
        co_return got.has_value();  // On an error the connection is closed short of its length.
      }
      co_await keep_to_rate(*got);
      stream_.expires_after(service_.options.idle_max);
      const auto piece = asio::buffer(block.data(), *got);
      const auto [code, written] = co_await asio::async_write(stream_, piece, kAwait);
      if (code) {
        co_return false;
      }
    }
  }

  asio::awaitable<void> keep_to_rate(std::size_t bytes) {
    if (!service_.bucket.has_value()) {
      co_return;
    }
    const auto wait = service_.bucket->take(bytes, TokenBucket::Clock::now());
    if (wait.count() == 0) {
      co_return;
    }
    stream_.expires_never();
    asio::steady_timer timer(stream_.get_executor(), wait);
    co_await timer.async_wait(kAwait);
  }

  ConnectionService& service_;
  Stream& stream_;
  const Peer peer_;
};

// Why there is no handshake, for the log.
std::string reason_of(const boost::system::error_code& code, const std::string& refusal) {
  if (!refusal.empty()) {
    return refusal;
  }
  if (code == beast::error::timeout) {
    return "no TLS handshake in time";
  }
  const bool is_alert = code.message().find("alert") != std::string::npos;
  return is_alert ? "it refuses our certificate: " + code.message() : code.message();
}

// TLS's handshake has a deadline. True when the peer is let in.
asio::awaitable<bool> let_in(ConnectionService& service, Stream& stream, const Peer& peer) {
  stream.start_tls(*service.options.credentials, service.options.peer);
  stream.expires_after(service.options.handshake_max);
  const auto [code] = co_await stream.async_handshake(asio::ssl::stream_base::server, kAwait);
  if (!code) {
    co_return true;
  }
  service.refused.tell(peer.address, reason_of(code, stream.refusal()));
  co_return false;
}

// The whole connection over TLS: its peer is known to check_peers() meanwhile.
asio::awaitable<void> serve_tls(ConnectionService& service, Stream& stream, Peer peer) {
  auto entering = let_in(service, stream, peer);
  const bool is_in = co_await std::move(entering);
  if (!is_in) {
    co_return;
  }
  const std::shared_ptr<X509> certificate = stream.peer_certificate();
  peer.name = pki::name_of(*certificate);
  ConnectionService::TlsPeer entry;
  entry.certificate = certificate;
  entry.address = peer.address;
  entry.cancel = stream.closer();
  const KnownPeer known(service, std::move(entry));
  Connection connection(service, stream, std::move(peer));
  co_await connection.serve();
}

asio::awaitable<void> serve(ConnectionService& service, Stream& stream) {
  Peer peer;
  peer.address = peer_of(stream);
  if (service.options.credentials != nullptr) {
    auto serving = serve_tls(service, stream, std::move(peer));
    co_await std::move(serving);
    co_return;
  }
  Connection connection(service, stream, std::move(peer));
  co_await connection.serve();
}

asio::awaitable<void> run_connection(std::shared_ptr<ConnectionService> service,
                                     std::shared_ptr<Stream> stream) {
  const Cancellable cancellable(*service, [stream] { stream->close(); });
  try {
    auto serving = serve(*service, *stream);
    co_await std::move(serving);
  } catch (const std::exception& problem) {
    log::warn("net.connection-failed", {{"what", problem.what()}});
  }
  --service->open;
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string_view() : found->second;
}

void ConnectionService::start(const std::shared_ptr<ConnectionService>& service, Socket socket) {
  if (service->open >= service->options.connections_max) {
    return;  // The socket closes; the limit is in the configuration.
  }
  ++service->open;
  const int one = 1;
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  auto executor = socket.get_executor();
  auto stream = std::make_shared<Stream>(Stream::Plain(std::move(socket)));
  auto running = run_connection(service, std::move(stream));
  asio::co_spawn(executor, std::move(running), [](const std::exception_ptr& problem) {
    if (problem) {
      log::error("net.connection-threw");
    }
  });
}

void ConnectionService::check_peers() {
  for (const TlsPeer& peer : std::list<TlsPeer>(tls_peers)) {
    const std::string objection =
        options.credentials->objection_to(*peer.certificate, options.peer);
    if (!objection.empty()) {
      refused.tell(peer.address, objection);
      peer.cancel();
    }
  }
}

void ConnectionService::stop_all() {
  for (const auto& cancel : std::list<std::function<void()>>(cancels)) {
    cancel();
  }
}

}  // namespace candor::net
