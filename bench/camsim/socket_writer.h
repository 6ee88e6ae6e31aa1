// SPDX-License-Identifier: Apache-2.0
// Writing to a client that may be slower than its camera, with a limit. Owns the socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/bytes.h"

namespace candor::camsim {

/// One non-blocking TCP socket. One thread.
class SocketWriter {
 public:
  /// About 8 s of a 4 Mb/s camera; a unit that comes while more waits is dropped whole.
  static constexpr std::size_t kPendingBytesMax = 4 << 20;

  explicit SocketWriter(int fd) : fd_(fd) {}
  ~SocketWriter();
  SocketWriter(const SocketWriter&) = delete;
  SocketWriter& operator=(const SocketWriter&) = delete;
  SocketWriter(SocketWriter&&) = delete;
  SocketWriter& operator=(SocketWriter&&) = delete;

  /// Sends now what the socket takes and keeps the rest.
  void send(ByteView bytes);
  void send(std::string_view text) { send(as_bytes(text)); }

  /// Sends more of what waits; call when the socket is writable.
  void flush();

  [[nodiscard]] bool can_take_media() const { return pending_.size() - sent_ < kPendingBytesMax; }
  [[nodiscard]] bool has_pending() const { return sent_ < pending_.size(); }
  [[nodiscard]] bool is_broken() const { return broken_; }
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] std::uint64_t bytes_sent() const { return bytes_sent_; }

 private:
  [[nodiscard]] std::size_t write_some(ByteView bytes);

  int fd_;
  Bytes pending_;
  std::size_t sent_ = 0;  // Bytes of pending_ already sent.
  std::uint64_t bytes_sent_ = 0;
  bool broken_ = false;
};

}  // namespace candor::camsim
