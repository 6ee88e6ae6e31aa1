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
      : token(stop), fd(event.number), callback(stop, Wake{fd}) {}

  struct Event {
    Event() : number(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
    ~Event() { ::close(number); }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    Event(Event&&) = delete;
    Event& operator=(Event&&) = delete;
    int number;
  };
  struct Wake {
    int fd;
    void operator()() const {
      const std::uint64_t one = 1;
      [[maybe_unused]] const ssize_t written = ::write(fd, &one, sizeof one);
    }
  };
  std::stop_token token;
  // Closed after the callback is gone, which waits for one that runs: it must never write to a file
  // that was opened under this number since.
  Event event;
  int fd;
  std::stop_callback<Wake> callback;
};

Connection::Connection(int fd, std::stop_token stop)
    : fd_(fd), stop_(std::make_unique<StopSignal>(stop)), buffer_(kBufferBytes) {}

Connection::Connection(Connection&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      tls_(std::move(other.tls_)),
      stop_(std::move(other.stop_)),
      buffer_(std::move(other.buffer_)),
      begin_(other.begin_),
      end_(other.end_) {}

Connection::~Connection() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

Result<Connection> Connection::open(const Url& url, const TlsTrust& trust,
                                    std::chrono::milliseconds timeout, std::stop_token stop) {
  Connection connection(-1, std::move(stop));
  const Deadline deadline = std::chrono::steady_clock::now() + timeout;
  CANDOR_CHECK(connection.connect_to(url, deadline));
  if (url.is_tls) {
    CANDOR_CHECK(connection.begin_tls(url, trust, deadline));
  }
  return connection;
}

Result<void> Connection::begin_tls(const Url& url, const TlsTrust& trust, Deadline deadline) {
  CANDOR_TRY(tls_, TlsStream::make(fd_, url.host, trust));
  for (;;) {
    CANDOR_TRY(const TlsStream::Step step, tls_->handshake());
    if (step == TlsStream::Step::kDone) {
      return {};
    }
    CANDOR_CHECK(with_context(wait_for(step, deadline), "TLS"));
  }
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

Result<void> Connection::wait_for(TlsStream::Step step, Deadline deadline) {
  if (step == TlsStream::Step::kClosed) {
    return fail(ErrorKind::kUnavailable, "the camera closed the connection");
  }
  return wait(step == TlsStream::Step::kWantsRead ? POLLIN : POLLOUT, deadline);
}

Result<TlsStream::Moved> Connection::write_some(std::string_view text) {
  if (tls_ != nullptr) {
    return tls_->write(text);
  }
  const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) {
    return fail(ErrorKind::kUnavailable, error_from_errno(errno, "send").message());
  }
  return sent < 0 ? TlsStream::Moved{.step = TlsStream::Step::kWantsWrite}
                  : TlsStream::Moved{.bytes = static_cast<std::size_t>(sent)};
}

Result<TlsStream::Moved> Connection::read_some(std::span<std::uint8_t> out) {
  if (tls_ != nullptr) {
    return tls_->read(out);
  }
  const ssize_t got = ::recv(fd_, out.data(), out.size(), 0);
  if (got < 0 && errno != EAGAIN && errno != EINTR) {
    return fail(ErrorKind::kUnavailable, error_from_errno(errno, "receive").message());
  }
  if (got == 0) {
    return TlsStream::Moved{.step = TlsStream::Step::kClosed};
  }
  return got < 0 ? TlsStream::Moved{.step = TlsStream::Step::kWantsRead}
                 : TlsStream::Moved{.bytes = static_cast<std::size_t>(got)};
}

Result<void> Connection::send(std::string_view text, Deadline deadline) {
  while (!text.empty()) {
    CANDOR_TRY(const TlsStream::Moved moved, write_some(text));
    if (moved.step != TlsStream::Step::kDone) {
      CANDOR_CHECK(wait_for(moved.step, deadline));
    }
    text.remove_prefix(moved.bytes);
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
    CANDOR_TRY(const TlsStream::Moved moved, read_some(std::span(buffer_).subspan(end_)));
    end_ += moved.bytes;
    if (moved.step == TlsStream::Step::kDone) {
      return {};
    }
    CANDOR_CHECK(wait_for(moved.step, deadline));
  }
}

}  // namespace candor::rtsp
