// SPDX-License-Identifier: Apache-2.0
#include "media/bmff/box_reader.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "core/assert.h"
#include "core/big_endian.h"

namespace candor::bmff {
namespace {

constexpr std::uint32_t kHeaderBytes = 8;
constexpr std::uint32_t kLargeHeaderBytes = 16;  // With the 64-bit size.
constexpr std::uint32_t kUuidBytes = 16;
constexpr std::size_t kHeaderBytesMax = kLargeHeaderBytes + kUuidBytes;
constexpr std::size_t kBlockBytes = 4096;

tl::unexpected<Error> torn(std::uint64_t offset) {
  return fail(ErrorKind::kDataLoss,
              fmt::format("a box at offset {} reaches beyond the end", offset));
}

// Reads the header at the start of `head`, of which `left` bytes remain in the whole.
// ISO/IEC 14496-12, 4.2.
Result<Box> read_header(ByteView head, std::uint64_t offset, std::uint64_t left) {
  if (head.size() < kHeaderBytes) {
    return torn(offset);
  }
  Box box;
  box.offset = offset;
  box.type = get_be<std::uint32_t>(head.data() + 4);
  box.header_bytes = kHeaderBytes;
  box.size = get_be<std::uint32_t>(head.data());
  if (box.size == 0) {
    box.size = left;
  } else if (box.size == 1) {
    box.header_bytes = kLargeHeaderBytes;
    if (head.size() < kLargeHeaderBytes) {
      return torn(offset);
    }
    box.size = get_be<std::uint64_t>(head.data() + kHeaderBytes);
  }
  if (box.type == fourcc("uuid")) {
    box.header_bytes += kUuidBytes;
  }
  if (box.size < box.header_bytes) {
    return fail(ErrorKind::kInvalidArgument,
                fmt::format("box '{}' at offset {} claims {} bytes, less than its header",
                            fourcc_text(box.type), offset, box.size));
  }
  if (box.size > left || head.size() < box.header_bytes) {
    return torn(offset);
  }
  if (box.type == fourcc("uuid")) {
    const ByteView uuid = head.subspan(box.header_bytes - kUuidBytes, kUuidBytes);
    std::copy(uuid.begin(), uuid.end(), box.uuid.begin());
  }
  return box;
}

}  // namespace

std::string fourcc_text(std::uint32_t type) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    const auto c = static_cast<char>(type >> shift & 0xFF);
    text += c >= ' ' && c <= '~' ? c : '?';
  }
  return text;
}

Result<std::optional<Box>> BoxReader::next() {
  const std::uint64_t left = bytes_.size() - at_;
  if (left == 0) {
    return std::optional<Box>();
  }
  CANDOR_TRY(const Box box, read_header(bytes_.subspan(at_), first_offset_ + at_, left));
  at_ += box.size;
  return std::optional<Box>(box);
}

ByteView BoxReader::whole(const Box& box) const {
  CANDOR_ASSERT(box.offset >= first_offset_ && box.end() - first_offset_ <= bytes_.size());
  return bytes_.subspan(box.offset - first_offset_, box.size);
}

ByteView BoxReader::payload(const Box& box) const { return whole(box).subspan(box.header_bytes); }

BoxFile::BoxFile(int fd, std::uint64_t size, std::string path)
    : fd_(fd), size_(size), path_(std::move(path)) {}

BoxFile::BoxFile(BoxFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      size_(other.size_),
      at_(other.at_),
      path_(std::move(other.path_)),
      block_(std::move(other.block_)),
      block_offset_(other.block_offset_) {}

BoxFile& BoxFile::operator=(BoxFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  size_ = other.size_;
  at_ = other.at_;
  path_ = std::move(other.path_);
  block_ = std::move(other.block_);
  block_offset_ = other.block_offset_;
  return *this;
}

BoxFile::~BoxFile() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

Result<BoxFile> BoxFile::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) {
    return fail(error_from_errno(errno, path));
  }
  BoxFile file(fd, 0, path);
  struct stat status{};
  if (::fstat(fd, &status) != 0) {
    return fail(error_from_errno(errno, path));
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorKind::kInvalidArgument, path + ": is no plain file");
  }
  file.size_ = static_cast<std::uint64_t>(status.st_size);
  return file;
}

Result<std::optional<Box>> BoxFile::next() {
  if (at_ > size_) {
    return fail(ErrorKind::kDataLoss, fmt::format("{}: ends before offset {}", path_, at_));
  }
  const std::uint64_t left = size_ - at_;
  if (left == 0) {
    return std::optional<Box>();
  }
  const std::size_t wanted =
      static_cast<std::size_t>(std::min<std::uint64_t>(left, kHeaderBytesMax));
  if (at_ < block_offset_ || at_ + wanted > block_offset_ + block_.size()) {
    Bytes block(static_cast<std::size_t>(std::min<std::uint64_t>(left, kBlockBytes)));
    CANDOR_CHECK(read_at(at_, block));
    block_ = std::move(block);
    block_offset_ = at_;
  }
  const ByteView head =
      ByteView(block_).subspan(static_cast<std::size_t>(at_ - block_offset_), wanted);
  CANDOR_TRY(const Box box, with_context(read_header(head, at_, left), path_));
  at_ += box.size;
  return std::optional<Box>(box);
}

Result<Bytes> BoxFile::read(const Box& box, std::uint64_t bytes_max) const {
  if (box.size > bytes_max) {
    return fail(ErrorKind::kResourceExhausted,
                fmt::format("{}: box '{}' at offset {} has {} bytes; the limit is {}", path_,
                            fourcc_text(box.type), box.offset, box.size, bytes_max));
  }
  Bytes bytes(static_cast<std::size_t>(box.size));
  if (box.offset >= block_offset_ && box.end() <= block_offset_ + block_.size()) {
    const auto begin = block_.begin() + static_cast<std::ptrdiff_t>(box.offset - block_offset_);
    std::copy_n(begin, bytes.size(), bytes.begin());
    return bytes;
  }
  CANDOR_CHECK(read_at(box.offset, bytes));
  return bytes;
}

Result<void> BoxFile::read_at(std::uint64_t offset, std::span<std::uint8_t> out) const {
  while (!out.empty()) {
    const ssize_t got = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return fail(error_from_errno(errno, path_));
    }
    if (got == 0) {
      return fail(ErrorKind::kDataLoss,
                  fmt::format("{}: ends before offset {}", path_, offset + out.size()));
    }
    out = out.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

}  // namespace candor::bmff
