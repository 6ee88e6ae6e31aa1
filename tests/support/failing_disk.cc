// SPDX-License-Identifier: Apache-2.0
#include "tests/support/failing_disk.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <optional>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace candor::test {
namespace {

struct Faults {
  std::mutex mutex;
  std::optional<std::string> file_sync;
  std::optional<std::string> folder_sync;
  std::optional<std::uint64_t> free_bytes;
  int refused = 0;
};

Faults& faults() {
  static Faults the_faults;
  return the_faults;
}

std::string path_of(int fd) {
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
  return size <= 0 ? std::string() : std::string(path.data(), static_cast<std::size_t>(size));
}

bool refuses(int fd) {
  struct stat status{};
  ::fstat(fd, &status);
  Faults& all = faults();
  const std::lock_guard lock(all.mutex);
  const auto& part = S_ISDIR(status.st_mode) ? all.folder_sync : all.file_sync;
  const bool refused = part.has_value() && path_of(fd).find(*part) != std::string::npos;
  all.refused += refused ? 1 : 0;
  return refused;
}

int sync_or_fail(int fd, long call) {
  if (refuses(fd)) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(call, fd));
}

}  // namespace

FailingDisk::FailingDisk() { heal(); }
FailingDisk::~FailingDisk() { heal(); }

void FailingDisk::fail_file_sync(const std::string& path_part) {
  const std::lock_guard lock(faults().mutex);
  faults().file_sync = path_part;
}

void FailingDisk::fail_folder_sync(const std::string& path_part) {
  const std::lock_guard lock(faults().mutex);
  faults().folder_sync = path_part;
}

void FailingDisk::say_free(std::uint64_t bytes) {
  const std::lock_guard lock(faults().mutex);
  faults().free_bytes = bytes;
}

void FailingDisk::heal() {
  const std::lock_guard lock(faults().mutex);
  faults().file_sync.reset();
  faults().folder_sync.reset();
  faults().free_bytes.reset();
  faults().refused = 0;
}

int FailingDisk::refused() {
  const std::lock_guard lock(faults().mutex);
  return faults().refused;
}

std::optional<std::uint64_t> said_free() {
  const std::lock_guard lock(faults().mutex);
  return faults().free_bytes;
}

int sync_file(int fd) { return sync_or_fail(fd, SYS_fdatasync); }
int sync_all(int fd) { return sync_or_fail(fd, SYS_fsync); }

}  // namespace candor::test

// NOLINTBEGIN(readability-identifier-naming): the C library's names.
extern "C" int fdatasync(int fd) { return candor::test::sync_file(fd); }
extern "C" int fsync(int fd) { return candor::test::sync_all(fd); }
extern "C" int statvfs(const char* path, struct statvfs* out) noexcept {
  struct statfs status{};
  if (::statfs(path, &status) != 0) {
    return -1;
  }
  *out = {};
  out->f_frsize = static_cast<unsigned long>(status.f_frsize);
  out->f_blocks = status.f_blocks;
  out->f_bavail = status.f_bavail;
  if (const auto free = candor::test::said_free(); free.has_value()) {
    out->f_bavail = *free / out->f_frsize;
  }
  return 0;
}
// NOLINTEND(readability-identifier-naming)
