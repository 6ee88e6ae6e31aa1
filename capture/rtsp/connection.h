// SPDX-License-Identifier: Apache-2.0
// The connection to a camera, TCP or TLS: deadlines, one large receive buffer parsed in place, and
// stopping from outside.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "capture/rtsp/message.h"
#include "capture/rtsp/tls.h"
#include "core/bytes.h"
#include "core/result.h"

namespace candor::rtsp {

using Deadline = std::chrono::steady_clock::time_point;

/// One thread: the source's; a stop may be requested from any.
class Connection {
 public:
  /// Tries all addresses of the host. Errors: kUnavailable, kDeadlineExceeded, kCancelled; with
  /// rtsps:// kPermissionDenied when the certificate is not to be trusted.
  [[nodiscard]] static Result<Connection> open(const Url& url, const TlsTrust& trust,
                                               std::chrono::milliseconds timeout,
                                               std::stop_token stop);
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&&) = delete;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// Sends all of it. Errors: kUnavailable, kDeadlineExceeded.
  [[nodiscard]] Result<void> send(std::string_view text, Deadline deadline);

  /// Adds what has arrived to the buffer; waits for it. Errors: kUnavailable when the camera
  /// closed, kDeadlineExceeded, kCancelled, kResourceExhausted when a message is larger than the
  /// buffer.
  [[nodiscard]] Result<void> receive(Deadline deadline);

  /// What has arrived and was not consumed. Valid until the next receive().
  [[nodiscard]] ByteView arrived() const {
    return ByteView(buffer_).subspan(begin_, end_ - begin_);
  }
  void consume(std::size_t bytes) { begin_ += bytes; }

 private:
  struct StopSignal;
  Connection(int fd, std::stop_token stop);

  [[nodiscard]] Result<void> wait(short events, Deadline deadline);
  [[nodiscard]] Result<void> wait_for(TlsStream::Step step, Deadline deadline);
  [[nodiscard]] Result<void> connect_to(const Url& url, Deadline deadline);
  [[nodiscard]] Result<void> begin_tls(const Url& url, const TlsTrust& trust, Deadline deadline);
  /// Moves bytes once; kWantsRead or kWantsWrite: nothing was moved.
  [[nodiscard]] Result<TlsStream::Moved> write_some(std::string_view text);
  [[nodiscard]] Result<TlsStream::Moved> read_some(std::span<std::uint8_t> out);

  int fd_;
  std::unique_ptr<TlsStream> tls_;  // Null: plain TCP.
  std::unique_ptr<StopSignal> stop_;
  Bytes buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace candor::rtsp
