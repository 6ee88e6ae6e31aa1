// SPDX-License-Identifier: Apache-2.0
// The loop wakes at whole milliseconds: a hundred cameras' packets share a thousand wake-ups a
// second, and no frame is later than that.
#include "bench/camsim/server.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "bench/camsim/connection.h"
#include "bench/camsim/settings.h"
#include "core/error.h"
#include "core/result.h"
#include "core/time.h"

namespace candor::camsim {
namespace {

constexpr int kBacklog = 512;
constexpr int kSendBufferBytes = 1 << 20;
constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr Nanoseconds kWaitMax = std::chrono::milliseconds(100);

Result<FileDescriptor> listen_on(const std::string& address, std::uint16_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  if (inet_pton(AF_INET, address.c_str(), &where.sin_addr) != 1) {
    return fail(ErrorKind::kInvalidArgument, "'" + address + "' is no IPv4 address");
  }
  FileDescriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0 ||
      ::listen(listener.get(), kBacklog) != 0) {
    return fail(error_from_errno(errno, "listen on " + address + ":" + std::to_string(port)));
  }
  return listener;
}

Result<FileDescriptor> block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGUSR2}) {
    sigaddset(&set, signal);
  }
  if (pthread_sigmask(SIG_BLOCK, &set, nullptr) != 0) {
    return fail(ErrorKind::kInternal, "signals cannot be blocked");
  }
  FileDescriptor signals(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  if (signals.get() < 0) {
    return fail(error_from_errno(errno, "signalfd"));
  }
  return signals;
}

std::uint16_t bound_port(int listener) {
  sockaddr_in where{};
  socklen_t length = sizeof where;
  getsockname(listener, reinterpret_cast<sockaddr*>(&where), &length);
  return ntohs(where.sin_port);
}

UtcTime wall_now() { return SystemClock().utc(); }

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

Result<Server> Server::open(const std::string& address, std::uint16_t port, const Site& site) {
  CANDOR_TRY(FileDescriptor listener, listen_on(address, port));
  CANDOR_TRY(FileDescriptor signals, block_signals());
  FileDescriptor poll(::epoll_create1(EPOLL_CLOEXEC));
  if (poll.get() < 0) {
    return fail(error_from_errno(errno, "epoll_create1"));
  }
  const std::uint16_t bound = bound_port(listener.get());
  return Server(std::move(listener), std::move(signals), std::move(poll), bound, site);
}

Server::Server(FileDescriptor listener, FileDescriptor signals, FileDescriptor poll,
               std::uint16_t port, const Site& site)
    : listener_(std::move(listener)),
      signals_(std::move(signals)),
      poll_(std::move(poll)),
      port_(port),
      site_(&site),
      counters_(std::make_unique<Counters>()) {
  watch(listener_.get(), false, true);
  watch(signals_.get(), false, true);
}

void Server::watch(int fd, bool writable, bool is_new) {
  epoll_event event{};
  event.events = EPOLLIN | (writable ? static_cast<std::uint32_t>(EPOLLOUT) : 0U);
  event.data.fd = fd;
  epoll_ctl(poll_.get(), is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
}

void Server::run() {
  while (!stopping_) {
    wait_and_handle(send_due());
  }
}

UtcTime Server::send_due() {
  const UtcTime now = wall_now();
  UtcTime deadline = now + kWaitMax;
  for (auto at = connections_.begin(); at != connections_.end();) {
    Connection& connection = *at->second;
    const bool wanted_write = connection.wants_write();
    connection.send_due(now);
    if (connection.is_over()) {
      at = connections_.erase(at);
      continue;
    }
    if (connection.wants_write() != wanted_write) {
      watch(connection.fd(), connection.wants_write(), false);
    }
    deadline = std::min(deadline, connection.due().value_or(deadline));
    ++at;
  }
  return deadline;
}

void Server::wait_and_handle(UtcTime deadline) {
  const std::int64_t whole_ms = (deadline.ns + kNsPerMs - 1) / kNsPerMs * kNsPerMs;
  const std::int64_t wait_ns = std::max<std::int64_t>(0, whole_ms - wall_now().ns);
  const timespec wait{wait_ns / kNsPerSecond, wait_ns % kNsPerSecond};
  std::array<epoll_event, 128> events{};
  const int ready =
      epoll_pwait2(poll_.get(), events.data(), static_cast<int>(events.size()), &wait, nullptr);
  for (int i = 0; i < ready; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    handle(event.data.fd, event.events);
  }
}

void Server::handle(int fd, std::uint32_t events) {
  if (fd == listener_.get()) {
    accept_clients();
    return;
  }
  if (fd == signals_.get()) {
    take_signal();
    return;
  }
  const auto found = connections_.find(fd);
  if (found == connections_.end()) {
    return;
  }
  Connection& connection = *found->second;
  const bool wanted_write = connection.wants_write();
  if ((events & EPOLLOUT) != 0) {
    connection.on_writable();
  }
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
    connection.on_readable(wall_now());
  }
  if (connection.is_over()) {
    connections_.erase(found);
  } else if (connection.wants_write() != wanted_write) {
    watch(fd, connection.wants_write(), false);
  }
}

void Server::accept_clients() {
  for (;;) {
    const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      return;
    }
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kSendBufferBytes, sizeof kSendBufferBytes);
    connections_.emplace(fd, std::make_unique<Connection>(fd, *site_, *counters_, ++seed_));
    watch(fd, false, true);
  }
}

void Server::take_signal() {
  signalfd_siginfo signal{};
  if (::read(signals_.get(), &signal, sizeof signal) != sizeof signal) {
    return;
  }
  for (auto& [fd, connection] : connections_) {
    if (signal.ssi_signo == SIGUSR1) {
      connection->toggle_silence();
    } else if (signal.ssi_signo == SIGUSR2) {
      connection->close_if_faulty();
    }
  }
  stopping_ = signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT;
}

Counters Server::finish() {
  connections_.clear();
  return *counters_;
}

}  // namespace candor::camsim
