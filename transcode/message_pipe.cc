// SPDX-License-Identifier: Apache-2.0
#include "transcode/message_pipe.h"

#include <array>
#include <cerrno>
#include <span>
#include <unistd.h>

#include "core/big_endian.h"

namespace candor::transcode {
namespace {

// How many bytes came before the end.
Result<std::size_t> read_whole(int fd, std::span<std::uint8_t> out) {
  std::size_t got = 0;
  while (got < out.size()) {
    const ssize_t count = ::read(fd, out.data() + got, out.size() - got);
    if (count == 0) {
      break;
    }
    if (count < 0 && errno != EINTR) {
      return fail(error_from_errno(errno, "read"));
    }
    got += count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  return got;
}

Result<void> write_whole(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) {
      return fail(error_from_errno(errno, "write"));
    }
    bytes = bytes.subspan(count > 0 ? static_cast<std::size_t>(count) : 0);
  }
  return {};
}

}  // namespace

Result<std::optional<Bytes>> read_message(int fd) {
  std::array<std::uint8_t, kLengthBytes> length{};
  CANDOR_TRY(const std::size_t got, read_whole(fd, length));
  if (got == 0) {
    return std::optional<Bytes>();
  }
  const std::size_t size = get_be<std::uint32_t>(length.data());
  if (got < length.size() || size > kMessageBytesMax) {
    return fail(ErrorKind::kDataLoss, "a message without an end, or of more than 16 MiB");
  }
  Bytes message(size);
  CANDOR_TRY(const std::size_t came, read_whole(fd, message));
  if (came < size) {
    return fail(ErrorKind::kDataLoss, "the last message is torn");
  }
  return std::optional(std::move(message));
}

Result<void> write_message(int fd, ByteView header, ByteView body) {
  Bytes message;
  message.reserve(kLengthBytes + header.size() + body.size());
  append_be(message, static_cast<std::uint32_t>(header.size() + body.size()));
  message.insert(message.end(), header.begin(), header.end());
  message.insert(message.end(), body.begin(), body.end());
  return write_whole(fd, message);
}

}  // namespace candor::transcode
