// SPDX-License-Identifier: Apache-2.0
#include "monitor/mirror/files.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace candor::mirror {
namespace {

constexpr mode_t kFileMode = 0600;
constexpr mode_t kFolderMode = 0700;

class File {
 public:
  File(const std::string& path, int flags)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, kFileMode)) {}
  ~File() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  File(File&&) = delete;
  File& operator=(File&&) = delete;

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<Error> failed(const std::string& path, const char* what) {
  return fail(error_from_errno(errno, path + ": " + what));
}

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

Result<void> sync_folder(const std::string& path) {
  const File folder(path, O_RDONLY | O_DIRECTORY);
  if (!folder.is_open() || ::fsync(folder.get()) != 0) {
    return failed(path, "sync folder");
  }
  return {};
}

bool write_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return false;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<Bytes> read_file(const std::string& path, std::uint64_t bytes_max) {
  const File file(path, O_RDONLY);
  struct stat status{};
  if (!file.is_open() || ::fstat(file.get(), &status) != 0) {
    return failed(path, "open");
  }
  if (static_cast<std::uint64_t>(status.st_size) > bytes_max) {
    return fail(ErrorKind::kResourceExhausted, path + ": longer than it may be");
  }
  Bytes bytes(static_cast<std::size_t>(status.st_size));
  std::size_t at = 0;
  while (at < bytes.size()) {
    const ssize_t count =
        ::pread(file.get(), &bytes[at], bytes.size() - at, static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return failed(path, "read");
    }
    if (count == 0) {
      break;
    }
    at += static_cast<std::size_t>(count);
  }
  bytes.resize(at);
  return bytes;
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

Result<void> make_folders(const std::string& path) {
  if (path.empty() || exists(path)) {
    return {};
  }
  CANDOR_CHECK(make_folders(parent_of(path)));
  if (::mkdir(path.c_str(), kFolderMode) != 0 && errno != EEXIST) {
    return failed(path, "make folder");
  }
  return sync_folder(parent_of(path));
}

Result<void> append(const std::string& path, std::uint64_t size, ByteView bytes) {
  const bool is_new = !exists(path);
  const File file(path, O_WRONLY | O_CREAT);
  if (!file.is_open() || ::lseek(file.get(), static_cast<off_t>(size), SEEK_SET) < 0) {
    return failed(path, "open to append");
  }
  if (!write_all(file.get(), bytes) || ::fdatasync(file.get()) != 0) {
    const Error error = error_from_errno(errno, path + ": append");
    (void)!::ftruncate(file.get(), static_cast<off_t>(size));
    return fail(error);
  }
  return is_new ? sync_folder(parent_of(path)) : Result<void>();
}

Result<void> cut(const std::string& path, std::uint64_t size) {
  const File file(path, O_WRONLY);
  if (!file.is_open() || ::ftruncate(file.get(), static_cast<off_t>(size)) != 0 ||
      ::fdatasync(file.get()) != 0) {
    return failed(path, "cut");
  }
  return {};
}

Result<void> rename(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) {
    return failed(from, "rename");
  }
  return sync_folder(parent_of(to));
}

Result<void> replace(const std::string& path, ByteView bytes) {
  const std::string fresh = path + ".new";
  {
    const File file(fresh, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.is_open() || !write_all(file.get(), bytes) || ::fdatasync(file.get()) != 0) {
      return failed(fresh, "write");
    }
  }
  return rename(fresh, path);
}

}  // namespace candor::mirror
