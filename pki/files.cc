// SPDX-License-Identifier: Apache-2.0
#include "pki/files.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace candor::pki {
namespace {

constexpr std::size_t kBytesMax = std::size_t{1} << 20;
constexpr mode_t kOthersMode = 077;

// An open file; closed with it.
class File {
 public:
  File(const std::string& path, int flags, mode_t mode = 0)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  File(File&&) = delete;
  File& operator=(File&&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

Result<void> write_all(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t wrote = ::write(fd, text.data(), text.size());
    if (wrote < 0 && errno != EINTR) {
      return fail(error_from_errno(errno, path));
    }
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(wrote, 0)));
  }
  return ::fsync(fd) == 0 ? Result<void>() : fail(error_from_errno(errno, path));
}

Result<std::string> read_open(int fd, const std::string& path) {
  std::string text;
  std::array<char, 4096> block{};
  for (;;) {
    const ssize_t got = ::read(fd, block.data(), block.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return fail(error_from_errno(errno, path));
    }
    if (got == 0) {
      return text;
    }
    text.append(block.data(), static_cast<std::size_t>(got));
    if (text.size() > kBytesMax) {
      return fail(ErrorKind::kInvalidArgument, path + ": is larger than 1 MiB");
    }
  }
}

Result<void> sync_folder_of(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  const File folder(parent.empty() ? "." : parent, O_RDONLY | O_DIRECTORY);
  if (folder.fd() < 0 || ::fsync(folder.fd()) != 0) {
    return fail(error_from_errno(errno, parent));
  }
  return {};
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  const File file(path, O_RDONLY);
  if (file.fd() < 0) {
    return fail(error_from_errno(errno, path));
  }
  return read_open(file.fd(), path);
}

Result<std::string> read_private_file(const std::string& path) {
  const File file(path, O_RDONLY);
  struct stat status{};
  if (file.fd() < 0 || ::fstat(file.fd(), &status) != 0) {
    return fail(error_from_errno(errno, path));
  }
  if ((status.st_mode & kOthersMode) != 0) {
    return fail(ErrorKind::kPermissionDenied,
                path + ": can be read by others; run: chmod 600 " + path);
  }
  return read_open(file.fd(), path);
}

Result<void> replace_file(const std::string& path, std::string_view text, mode_t mode) {
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());
  {
    const File file(fresh, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (file.fd() < 0) {
      return fail(error_from_errno(errno, fresh));
    }
    CANDOR_CHECK(write_all(file.fd(), text, fresh));
  }
  if (std::rename(fresh.c_str(), path.c_str()) != 0) {
    return fail(error_from_errno(errno, path));
  }
  return sync_folder_of(path);
}

Result<void> append_file(const std::string& path, std::string_view text) {
  const File file(path, O_WRONLY | O_APPEND);
  if (file.fd() < 0) {
    return fail(error_from_errno(errno, path));
  }
  return write_all(file.fd(), text, path);
}

Result<void> make_private_folder(const std::string& path) {
  std::error_code code;
  if (std::filesystem::create_directories(path, code) && !code) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, code);
  }
  return code ? Result<void>(fail(error_from_errno(code.value(), path))) : Result<void>();
}

bool exists(const std::string& path) {
  std::error_code code;  // What cannot be looked at fails when it is opened.
  return std::filesystem::exists(path, code);
}

}  // namespace candor::pki
