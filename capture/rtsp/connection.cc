// SPDX-License-Identifier: Apache-2.0
#include "capture/rtsp/connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace candor::rtsp {
namespace {

// Several frames of a camera; a key frame of 4K video fits too.
constexpr std::size_t kBufferBytes = 128 * 1024;
// Before the end of the buffer is reached, what is left over moves to its front.
constexpr std::size_t kRoomWanted = 72 * 1024;

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

}  // namespace

// Wakes poll() when a stop is requested.
struct Connection::StopSignal {
  explicit StopSignal(const std::stop_token& stop)
      : token(stop), fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), callback(stop, Wake{fd}) {}
  ~StopSignal() { ::close(fd); }
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  struct Wake {
    int fd;
    void operator()() const {
      const std::uint64_t one = 1;
      [[maybe_unused]] const ssize_t written = ::write(fd, &one, sizeof one);
    }
  };
  std::stop_token token;
  int fd;
  std::stop_callback<Wake> callback;
};

Connection::Connection(int fd, std::stop_token stop)
    : fd_(fd), stop_(std::make_unique<StopSignal>(stop)), buffer_(kBufferBytes) {}

Connection::Connection(Connection&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      stop_(std::move(other.stop_)),
      buffer_(std::move(other.buffer_)),
      begin_(other.begin_),
      end_(other.end_) {}

Connection::~Connection() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

Result<Connection> Connection::open(const Url& url, std::chrono::milliseconds timeout,
                                    std::stop_token stop) {
  Connection connection(-1, std::move(stop));
  CANDOR_CHECK(connection.connect_to(url, std::chrono::steady_clock::now() + timeout));
  return connection;
}

Result<void> Connection::connect_to(const Url& url, Deadline deadline) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(url.host.c_str(), url.port.c_str(), &hints, &found);
      code != 0) {
    return fail(ErrorKind::kUnavailable, fmt::format("{}: {}", url.host, ::gai_strerror(code)));
  }
  const std::unique_ptr<addrinfo, FreeAddresses> addresses(found);
  Error last(ErrorKind::kUnavailable, "no address");
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    fd_ = ::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int code = ::connect(fd_, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
    if (code == EINPROGRESS) {
      CANDOR_CHECK(with_context(wait(POLLOUT, deadline), "connect"));
      socklen_t size = sizeof code;
      ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &code, &size);
    }
    if (code == 0) {
      const int one = 1;
      ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      return {};
    }
    last = error_from_errno(code, "connect");
    ::close(std::exchange(fd_, -1));
  }
  return fail(ErrorKind::kUnavailable, last.message());
}

Result<void> Connection::wait(short events, Deadline deadline) {
  std::array<pollfd, 2> fds = {pollfd{.fd = fd_, .events = events, .revents = 0},
                               pollfd{.fd = stop_->fd, .events = POLLIN, .revents = 0}};
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  const int ready =
      ::poll(fds.data(), fds.size(), static_cast<int>(std::max<std::int64_t>(0, left.count())));
  if (fds[1].revents != 0) {
    return fail(ErrorKind::kCancelled, "stopped");
  }
  if (ready == 0) {
    return fail(ErrorKind::kDeadlineExceeded, "no answer in time");
  }
  return {};
}

Result<void> Connection::send(std::string_view text, Deadline deadline) {
  while (!text.empty()) {
    const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      text.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      CANDOR_CHECK(wait(POLLOUT, deadline));
    } else if (errno != EINTR) {
      return fail(ErrorKind::kUnavailable, error_from_errno(errno, "send").message());
    }
  }
  return {};
}

Result<void> Connection::receive(Deadline deadline) {
  if (stop_->token.stop_requested()) {
    return fail(ErrorKind::kCancelled, "stopped");  // A camera that floods never lets poll() wait.
  }
  if (begin_ == end_) {
    begin_ = end_ = 0;
  } else if (buffer_.size() - end_ < kRoomWanted) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) {
    return fail(ErrorKind::kResourceExhausted, "a message of the camera is larger than 128 KiB");
  }
  for (;;) {
    const ssize_t got = ::recv(fd_, buffer_.data() + end_, buffer_.size() - end_, 0);
    if (got > 0) {
      end_ += static_cast<std::size_t>(got);
      return {};
    }
    if (got == 0) {
      return fail(ErrorKind::kUnavailable, "the camera closed the connection");
    }
    if (errno == EAGAIN) {
      CANDOR_CHECK(wait(POLLIN, deadline));
    } else if (errno != EINTR) {
      return fail(ErrorKind::kUnavailable, error_from_errno(errno, "receive").message());
    }
  }
}

}  // namespace candor::rtsp
