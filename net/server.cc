// SPDX-License-Identifier: Apache-2.0
#include "net/server.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <set>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <boost/url.hpp>
#include <fmt/format.h>

#include "core/log.h"
#include "net/connection.h"

namespace candor::net {

constexpr std::chrono::seconds kStreamBurst{1};

struct HttpServer::Impl : std::enable_shared_from_this<HttpServer::Impl> {
  Impl(asio::io_context& io, asio::thread_pool& pool, ServerOptions o, HttpHandler h)
      : context(io),
        options(std::move(o)),
        acceptor(io),
        service(
            std::make_shared<ConnectionService>(ConnectionService{pool, options, std::move(h)})) {
    if (options.stream_bytes_per_second > 0) {
      service->bucket.emplace(options.stream_bytes_per_second, kStreamBurst);
    }
  }

  asio::awaitable<void> accept_all();

  asio::io_context& context;
  ServerOptions options;
  asio::basic_socket_acceptor<asio::generic::stream_protocol> acceptor;
  std::shared_ptr<ConnectionService> service;
  std::uint16_t port = 0;
  bool is_stopped = false;
};

namespace {

using Address = asio::generic::stream_protocol::endpoint;

// A socket file of a process that is gone is removed; one that answers is in use.
Result<void> clear_stale_socket(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    return {};
  }
  if (!S_ISSOCK(status.st_mode)) {
    return fail(ErrorKind::kAlreadyExists, path + ": is no socket; give another path");
  }
  asio::io_context context;
  asio::local::stream_protocol::socket probe(context);
  boost::system::error_code code;
  probe.connect(asio::local::stream_protocol::endpoint(path), code);
  if (!code) {
    return fail(ErrorKind::kAlreadyExists,
                path + ": is in use by a running program; stop it first");
  }
  ::unlink(path.c_str());
  return {};
}

Result<Address> address_of(const ServerOptions& options) {
  if (!options.unix_socket.empty()) {
    CANDOR_CHECK(clear_stale_socket(options.unix_socket));
    return Address(asio::local::stream_protocol::endpoint(options.unix_socket));
  }
  boost::system::error_code code;
  const auto address = asio::ip::make_address(options.address, code);
  if (code) {
    return fail(ErrorKind::kInvalidArgument, "'" + options.address + "' is not an IP address");
  }
  return Address(asio::ip::tcp::endpoint(address, options.port));
}

std::string place_of(const ServerOptions& options) {
  return options.unix_socket.empty() ? fmt::format("{}:{}", options.address, options.port)
                                     : options.unix_socket;
}

Result<void> check(const boost::system::error_code& code, const std::string& place) {
  if (!code) {
    return {};
  }
  if (code == asio::error::address_in_use) {
    return fail(ErrorKind::kAlreadyExists,
                place + ": is in use by another program; stop it or choose another");
  }
  return fail(error_from_errno(code.value(), place));
}

}  // namespace

asio::awaitable<void> HttpServer::Impl::accept_all() {
  while (!is_stopped) {
    auto [code, socket] = co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
    if (code == asio::error::operation_aborted) {
      co_return;
    }
    if (code) {
      // Out of descriptors: wait until some are free again.
      asio::steady_timer timer(context, std::chrono::milliseconds(100));
      co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
      continue;
    }
    ConnectionService::start(service, std::move(socket));
  }
}

Result<std::unique_ptr<HttpServer>> HttpServer::listen(asio::io_context& context,
                                                       asio::thread_pool& blocking,
                                                       ServerOptions options, HttpHandler handler) {
  const std::string place = place_of(options);
  CANDOR_TRY(const Address endpoint, address_of(options));
  auto impl = std::make_shared<Impl>(context, blocking, std::move(options), std::move(handler));
  boost::system::error_code code;
  impl->acceptor.open(endpoint.protocol(), code);
  CANDOR_CHECK(check(code, place));
  if (impl->options.unix_socket.empty()) {
    impl->acceptor.set_option(asio::socket_base::reuse_address(true), code);
  }
  impl->acceptor.bind(endpoint, code);
  CANDOR_CHECK(check(code, place));
  if (!impl->options.unix_socket.empty()) {
    ::chmod(impl->options.unix_socket.c_str(), 0660);
  }
  impl->acceptor.listen(asio::socket_base::max_listen_connections, code);
  CANDOR_CHECK(check(code, place));
  if (impl->options.unix_socket.empty()) {
    const auto local = impl->acceptor.local_endpoint(code);
    impl->port = ntohs(reinterpret_cast<const sockaddr_in*>(local.data())->sin_port);
  }
  auto accepting = impl->accept_all();
  asio::co_spawn(context, std::move(accepting), [impl](const std::exception_ptr& problem) {
    if (problem) {
      log::error("net.accept-ended", {{"place", place_of(impl->options)}});
    }
  });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
// NOLINTNEXTLINE(bugprone-exception-escape): without memory to post the stop, the end is right.
HttpServer::~HttpServer() { stop(); }

void HttpServer::stop() {
  asio::post(impl_->context, [impl = impl_] {
    if (std::exchange(impl->is_stopped, true)) {
      return;
    }
    boost::system::error_code ignored;  // Closing: nothing is left to do about it.
    impl->acceptor.close(ignored);
    impl->service->stop_all();
    if (!impl->options.unix_socket.empty()) {
      ::unlink(impl->options.unix_socket.c_str());
    }
  });
}

void HttpServer::check_peers() {
  asio::post(impl_->context, [service = impl_->service] { service->check_peers(); });
}

std::uint16_t HttpServer::port() const { return impl_->port; }

}  // namespace candor::net
