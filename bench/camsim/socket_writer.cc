// SPDX-License-Identifier: Apache-2.0
// The writer: direct when nothing waits, appended otherwise.
#include "bench/camsim/socket_writer.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include "core/bytes.h"

namespace candor::camsim {

SocketWriter::~SocketWriter() { ::close(fd_); }

std::size_t SocketWriter::write_some(ByteView bytes) {
  const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) {
    broken_ = broken_ || (errno != EAGAIN && errno != EINTR);
    return 0;
  }
  bytes_sent_ += static_cast<std::uint64_t>(sent);
  return static_cast<std::size_t>(sent);
}

void SocketWriter::send(ByteView bytes) {
  if (broken_) {
    return;
  }
  const std::size_t taken = has_pending() ? 0 : write_some(bytes);
  const ByteView rest = bytes.subspan(taken);
  pending_.insert(pending_.end(), rest.begin(), rest.end());
}

void SocketWriter::flush() {
  if (broken_ || !has_pending()) {
    return;
  }
  sent_ += write_some(ByteView(pending_).subspan(sent_));
  if (!has_pending()) {
    pending_.clear();
    sent_ = 0;
  }
}

}  // namespace candor::camsim
