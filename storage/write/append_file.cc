// SPDX-License-Identifier: Apache-2.0
#include "storage/write/append_file.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace candor::storage {
namespace {

constexpr mode_t kFileMode = 0640;
constexpr mode_t kFolderMode = 0750;

tl::unexpected<Error> errno_failed(const std::string& path, std::string_view what) {
  return fail(error_from_errno(errno, path + ": " + std::string(what)));
}

// Closes on leaving a scope.
class ScopedFd {
 public:
  explicit ScopedFd(int fd) : fd_(fd) {}
  ~ScopedFd() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  ScopedFd(const ScopedFd&) = delete;
  ScopedFd& operator=(const ScopedFd&) = delete;
  ScopedFd(ScopedFd&&) = delete;
  ScopedFd& operator=(ScopedFd&&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::string parent_of(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

Result<void> write_all(int fd, ByteView bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return errno_failed(path, "write");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

AppendFile::AppendFile(int fd, std::uint64_t size, std::string path)
    : fd_(fd), size_(size), path_(std::move(path)) {}

AppendFile::AppendFile(AppendFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), size_(other.size_), path_(std::move(other.path_)) {}

AppendFile& AppendFile::operator=(AppendFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(size_, other.size_);
  std::swap(path_, other.path_);
  return *this;
}

AppendFile::~AppendFile() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

Result<AppendFile> AppendFile::create(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, kFileMode);
  if (fd < 0) {
    return errno_failed(path, "create");
  }
  AppendFile file(fd, 0, path);
  CANDOR_CHECK(sync_folder(parent_of(path)));
  return file;
}

Result<AppendFile> AppendFile::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC);
  struct stat status{};
  if (fd < 0 || ::fstat(fd, &status) != 0) {
    return errno_failed(path, "open");
  }
  return AppendFile(fd, static_cast<std::uint64_t>(status.st_size), path);
}

Result<void> AppendFile::append(ByteView bytes) {
  if (auto written = write_all(fd_, bytes, path_); !written.has_value()) {
    // A torn chunk would hide the whole ones before it from a player that stops at the first error.
    if (::ftruncate(fd_, static_cast<off_t>(size_)) != 0) {
      return errno_failed(path_, "cut off a chunk that was not written whole");
    }
    return written;
  }
  size_ += bytes.size();
  return {};
}

Result<void> AppendFile::sync() {
  if (::fdatasync(fd_) != 0) {
    return errno_failed(path_, "sync");
  }
  return {};
}

Result<void> AppendFile::read_back(std::uint64_t offset, std::span<std::uint8_t> out) const {
  ::posix_fadvise(fd_, static_cast<off_t>(offset), static_cast<off_t>(out.size()),
                  POSIX_FADV_DONTNEED);
  while (!out.empty()) {
    const ssize_t got = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return errno_failed(path_, "read back");
    }
    if (got == 0) {
      return fail(ErrorKind::kDataLoss, path_ + ": read back: the file is shorter than written");
    }
    out = out.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

Result<void> sync_folder(const std::string& path) {
  const ScopedFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) {
    return fail(ErrorKind::kFailedPrecondition,
                error_from_errno(errno, path + ": sync folder").message());
  }
  return {};
}

Result<void> make_folders(const std::string& path) {
  if (path.empty() || std::filesystem::is_directory(path)) {
    return {};
  }
  const std::string parent = parent_of(path);
  CANDOR_CHECK(make_folders(parent));
  if (::mkdir(path.c_str(), kFolderMode) != 0 && errno != EEXIST) {
    return errno_failed(path, "make folder");
  }
  return parent.empty() ? Result<void>() : sync_folder(parent);
}

Result<Bytes> read_file(const std::string& path, std::uint64_t bytes_max) {
  const ScopedFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    return errno_failed(path, "open");
  }
  if (static_cast<std::uint64_t>(status.st_size) > bytes_max) {
    return fail(ErrorKind::kResourceExhausted, path + ": larger than " + std::to_string(bytes_max));
  }
  Bytes bytes(static_cast<std::size_t>(status.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got =
        ::pread(file.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return got < 0 ? errno_failed(path, "read") : fail(ErrorKind::kDataLoss, path + ": shrank");
    }
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

Result<void> replace_file(const std::string& path, ByteView bytes) {
  const std::string fresh = path + ".new";
  {
    const ScopedFd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kFileMode));
    if (file.get() < 0) {
      return errno_failed(fresh, "create");
    }
    CANDOR_CHECK(write_all(file.get(), bytes, fresh));
    if (::fsync(file.get()) != 0) {
      return errno_failed(fresh, "sync");
    }
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) {
    return errno_failed(path, "rename");
  }
  return sync_folder(parent_of(path));
}

Result<void> quarantine_tail(const std::string& path, std::uint64_t keep,
                             const std::string& quarantine_path) {
  CANDOR_TRY(const Bytes whole, read_file(path, std::uint64_t{4} << 30));
  if (whole.size() <= keep) {
    return {};
  }
  CANDOR_CHECK(make_folders(parent_of(quarantine_path)));
  CANDOR_CHECK(replace_file(quarantine_path, ByteView(whole).subspan(keep)));
  const ScopedFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.get() < 0 || ::ftruncate(file.get(), static_cast<off_t>(keep)) != 0 ||
      ::fsync(file.get()) != 0) {
    return errno_failed(path, "cut at the last whole box");
  }
  return {};
}

}  // namespace candor::storage
