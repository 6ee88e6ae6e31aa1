// SPDX-License-Identifier: Apache-2.0
#include "signer/server.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "core/bytes.h"
#include "core/log.h"
#include "signer/private_files.h"
#include "signer/protocol.h"
#include "signer/socket_address.h"

namespace candor::signer {
namespace {

constexpr mode_t kSocketMode = 0660;
constexpr int kBacklog = 64;   // Twice those who may be connected.
constexpr int kRoundMs = 250;  // So a slow client is noticed well within a second and a half.
constexpr std::size_t kReadBytes = 4096;

// A socket that nobody listens on any more is taken away.
Result<void> remove_dead_socket(const std::string& path, const sockaddr_un& address) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) {
    return {};
  }
  if (!S_ISSOCK(status.st_mode)) {
    return fail(ErrorKind::kAlreadyExists, path + ": is there and is no socket");
  }
  const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (call_with(::connect, probe.get(), address) == 0 || errno == EAGAIN) {
    return fail(ErrorKind::kAlreadyExists, path + ": another program answers there");
  }
  ::unlink(path.c_str());
  return {};
}

}  // namespace

Server::Server(std::string path, Descriptor listener, Answer answer)
    : path_(std::move(path)), listener_(std::move(listener)), answer_(std::move(answer)) {}
Server::Server(Server&&) noexcept = default;
Server::~Server() {
  if (listener_.is_open()) {
    ::unlink(path_.c_str());
  }
}

Result<Server> Server::listen(std::string path, Answer answer) {
  CANDOR_CHECK(check_socket_folder(folder_of(path)));
  CANDOR_TRY(const sockaddr_un address, socket_address(path));
  CANDOR_CHECK(remove_dead_socket(path, address));
  Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener.is_open() || call_with(::bind, listener.get(), address) != 0) {
    return fail(error_from_errno(errno, path + ": bind"));
  }
  Server server(std::move(path), std::move(listener), std::move(answer));
  // Nobody can connect before listen(): the mode is right by then.
  if (::chmod(server.path_.c_str(), kSocketMode) != 0 ||
      ::listen(server.listener_.get(), kBacklog) != 0) {
    return fail(error_from_errno(errno, server.path_ + ": listen"));
  }
  return server;
}

Result<void> Server::run(int stop, const std::function<void()>& each_round) {
  std::vector<pollfd> watched;
  while (true) {
    watched.assign({{stop, POLLIN, 0}, {listener_.get(), POLLIN, 0}});
    for (const Client& client : clients_) {
      const short wanted = client.out.empty() ? POLLIN : POLLOUT;
      watched.push_back({client.socket.get(), wanted, 0});
    }
    if (::poll(watched.data(), watched.size(), kRoundMs) < 0 && errno != EINTR) {
      return fail(error_from_errno(errno, "poll"));
    }
    each_round();
    if (watched[0].revents != 0) {
      return {};
    }
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      if (!serve(clients_[i], watched[i + 2].revents)) {
        clients_[i].socket.reset();
      }
    }
    std::erase_if(clients_, [](const Client& client) { return !client.socket.is_open(); });
    if (watched[1].revents != 0) {
      accept_clients();
    }
  }
}

void Server::accept_clients() {
  while (true) {
    Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket.is_open()) {
      return;
    }
    if (clients_.size() == kClientsMax) {
      clients_.erase(std::ranges::min_element(clients_, {}, &Client::since));
      log::warn("signer.too-many-clients", {{"closed", "the one that waited longest"}});
    }
    clients_.push_back({.socket = std::move(socket), .in = {}, .out = {}, .since = Clock::now()});
  }
}

bool Server::serve(Client& client, short events) {
  if ((events & POLLOUT) != 0 && !send_rest(client)) {
    return false;
  }
  const bool has_room = client.out.empty() && client.in.size() < kFrameHeadBytes + kMessageBytesMax;
  if ((events & (POLLIN | POLLHUP | POLLERR)) != 0 && has_room && !receive(client)) {
    return false;
  }
  if (client.out.empty() && !answer_next(client)) {
    return false;
  }
  const bool is_idle = client.in.empty() && client.out.empty();
  return is_idle || Clock::now() - client.since < kClientPatience;
}

// Reads once: the others have their turn.
bool Server::receive(Client& client) {
  std::array<char, kReadBytes> bytes{};
  const auto got = ::recv(client.socket.get(), bytes.data(), bytes.size(), 0);
  if (got <= 0) {
    return got < 0 && (errno == EAGAIN || errno == EINTR);
  }
  if (client.in.empty()) {
    client.since = Clock::now();
  }
  client.in.append(bytes.data(), static_cast<std::size_t>(got));
  return true;
}

// Answers one message, if it is whole.
bool Server::answer_next(Client& client) {
  if (client.in.size() < kFrameHeadBytes) {
    return true;
  }
  const auto size = parse_frame_head(as_bytes(client.in));
  if (!size.has_value()) {
    log::debug("signer.client-closed", {{"reason", size.error().message()}});
    return false;
  }
  if (client.in.size() < kFrameHeadBytes + *size) {
    return true;
  }
  const std::string message = client.in.substr(kFrameHeadBytes, *size);
  client.in.erase(0, kFrameHeadBytes + *size);
  client.out = frame(answer_(message));
  client.since = Clock::now();
  return send_rest(client);
}

bool Server::send_rest(Client& client) {
  const auto sent = ::send(client.socket.get(), client.out.data(), client.out.size(), MSG_NOSIGNAL);
  if (sent < 0) {
    return errno == EAGAIN || errno == EINTR;
  }
  client.out.erase(0, static_cast<std::size_t>(sent));
  if (client.out.empty()) {
    client.since = Clock::now();
  }
  return true;
}

}  // namespace candor::signer
