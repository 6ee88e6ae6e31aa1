// SPDX-License-Identifier: Apache-2.0
#include "net/connect.h"

#include <netinet/tcp.h>
#include <vector>

#include <boost/beast/http/error.hpp>

namespace candor::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;
using Address = asio::generic::stream_protocol::endpoint;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

struct Addresses {
  error_code code;
  std::vector<Address> all;
};

asio::awaitable<Addresses> resolve(Endpoint endpoint, std::chrono::nanoseconds limit) {
  Addresses found;
  if (endpoint.is_local()) {
    found.all.emplace_back(asio::local::stream_protocol::endpoint(endpoint.unix_socket));
    co_return found;
  }
  const auto literal = asio::ip::make_address(endpoint.host, found.code);
  if (!found.code) {
    found.all.emplace_back(asio::ip::tcp::endpoint(literal, endpoint.port));
    co_return found;
  }
  const auto executor = co_await asio::this_coro::executor;
  asio::ip::tcp::resolver resolver(executor);
  asio::steady_timer deadline(executor, limit);
  deadline.async_wait([&resolver](const error_code& code) {
    if (!code) {
      resolver.cancel();
    }
  });
  const std::string port = std::to_string(endpoint.port);
  const auto [code, results] = co_await resolver.async_resolve(endpoint.host, port, kAwait);
  found.code = code;
  for (const auto& result : results) {
    found.all.emplace_back(result.endpoint());
  }
  co_return found;
}

tl::unexpected<Error> not_connected(const error_code& code, const Endpoint& endpoint) {
  if (code == beast::error::timeout || code == asio::error::operation_aborted) {
    return fail(ErrorKind::kDeadlineExceeded, endpoint.text() + ": no answer in time");
  }
  return fail(ErrorKind::kUnavailable,
              endpoint.text() + ": " + code.message() +
                  (endpoint.is_local() || endpoint.is_tls() ? "; is candor-capture running?" : ""));
}

asio::awaitable<Result<void>> secure(LinkStream& stream, Endpoint endpoint,
                                     std::chrono::nanoseconds limit) {
  stream.start_tls(*endpoint.credentials, endpoint.peer);
  stream.expires_after(limit);
  const auto [code] = co_await stream.async_handshake(asio::ssl::stream_base::client, kAwait);
  if (!code) {
    co_return Result<void>();
  }
  if (const std::string refusal = stream.refusal(); !refusal.empty()) {
    co_return fail(ErrorKind::kUnavailable, endpoint.text() + ": is not let in: " + refusal);
  }
  co_return link_failed(code, endpoint);
}

}  // namespace

tl::unexpected<Error> link_failed(const error_code& code, const Endpoint& endpoint) {
  if (code == beast::error::timeout) {
    return fail(ErrorKind::kDeadlineExceeded, endpoint.text() + ": no answer in time");
  }
  if (code.category() == asio::error::get_ssl_category() &&
      code.message().find("alert") != std::string::npos) {
    return fail(ErrorKind::kUnavailable, endpoint.text() + ": refuses our certificate (" +
                                             code.message() + "); its log says why");
  }
  const bool is_http =
      code.category() == beast::http::make_error_code(beast::http::error::bad_value).category();
  return fail(is_http ? ErrorKind::kDataLoss : ErrorKind::kUnavailable,
              endpoint.text() + ": " + code.message());
}

asio::awaitable<Result<void>> connect(LinkStream& stream, Endpoint endpoint,
                                      std::chrono::nanoseconds limit) {
  auto resolving = resolve(endpoint, limit);
  const Addresses addresses = co_await std::move(resolving);
  error_code problem = addresses.code;
  for (const Address& address : addresses.all) {
    stream.expires_after(limit);
    const auto [code] = co_await stream.plain().async_connect(address, kAwait);
    problem = code;
    if (!problem) {
      break;
    }
    stream.close();
  }
  if (problem) {
    co_return not_connected(problem, endpoint);
  }
  if (endpoint.is_local()) {
    co_return Result<void>();
  }
  const int one = 1;
  ::setsockopt(stream.plain().socket().native_handle(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (!endpoint.is_tls()) {
    co_return Result<void>();
  }
  auto securing = secure(stream, std::move(endpoint), limit);
  co_return co_await std::move(securing);
}

}  // namespace candor::net
