// SPDX-License-Identifier: Apache-2.0
#include "storage/write/state_lock.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "storage/write/append_file.h"

namespace candor::storage {
namespace {

// The holder writes its process id into the file, for whoever is refused.
std::string holder(int fd) {
  std::array<char, 32> text{};
  const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
  return got <= 0 ? "another process"
                  : "process " + std::string(text.data(), static_cast<std::size_t>(got));
}

}  // namespace

Result<StateLock> StateLock::take(const std::string& state_folder) {
  CANDOR_CHECK(make_folders(posix_files(), state_folder));
  const std::string path = state_folder + "/lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (fd < 0) {
    return fail(error_from_errno(errno, path));
  }
  StateLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return fail(ErrorKind::kFailedPrecondition,
                  fmt::format("{} is in use by {}; stop it first", state_folder, holder(fd)));
    }
    return fail(error_from_errno(errno, path));
  }
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(fd, 0) != 0 ||
      ::pwrite(fd, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return fail(error_from_errno(errno, path));
  }
  return lock;
}

Result<StateLock> StateLock::take_volume(const std::string& root) {
  CANDOR_CHECK(make_folders(posix_files(), root));
  const int fd = ::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    return fail(error_from_errno(errno, root));
  }
  StateLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return fail(ErrorKind::kFailedPrecondition,
                  root + ": another process writes to this volume; stop it first");
    }
    return fail(error_from_errno(errno, root));
  }
  return lock;
}

StateLock::StateLock(StateLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

StateLock& StateLock::operator=(StateLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

StateLock::~StateLock() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

}  // namespace candor::storage
