// SPDX-License-Identifier: Apache-2.0
#include "storage/write/files/posix_files.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>

namespace candor::storage {
namespace {

constexpr mode_t kFileMode = 0640;
constexpr mode_t kFolderMode = 0750;

tl::unexpected<Error> errno_failed(const std::string& path, std::string_view what) {
  return fail(error_from_errno(errno, path + ": " + std::string(what)));
}

Result<void> done(int outcome, const std::string& path, std::string_view what) {
  return outcome == 0 ? Result<void>() : errno_failed(path, what);
}

class PosixFile final : public OpenFile {
 public:
  PosixFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~PosixFile() override { ::close(fd_); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;
  PosixFile(PosixFile&&) = delete;
  PosixFile& operator=(PosixFile&&) = delete;

  [[nodiscard]] Result<std::uint64_t> size() const override {
    struct stat status{};
    if (::fstat(fd_, &status) != 0) {
      return errno_failed(path_, "size");
    }
    return static_cast<std::uint64_t>(status.st_size);
  }

  [[nodiscard]] Result<void> append(ByteView bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) {
        continue;
      }
      if (written < 0) {
        return errno_failed(path_, "write");
      }
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
  }

  [[nodiscard]] Result<void> truncate(std::uint64_t size) override {
    return done(::ftruncate(fd_, static_cast<off_t>(size)), path_, "truncate");
  }

  [[nodiscard]] Result<void> sync() override { return done(::fdatasync(fd_), path_, "sync"); }

  [[nodiscard]] Result<void> read(std::uint64_t offset, std::span<std::uint8_t> out,
                                  Cache cache) const override {
    if (cache == Cache::kDrop) {
      ::posix_fadvise(fd_, static_cast<off_t>(offset), static_cast<off_t>(out.size()),
                      POSIX_FADV_DONTNEED);
    }
    while (!out.empty()) {
      const ssize_t got = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got < 0) {
        return errno_failed(path_, "read");
      }
      if (got == 0) {
        return fail(ErrorKind::kDataLoss, path_ + ": read: the file is shorter");
      }
      out = out.subspan(static_cast<std::size_t>(got));
      offset += static_cast<std::uint64_t>(got);
    }
    return {};
  }

 private:
  int fd_;
  std::string path_;
};

int flags_of(Opening opening) {
  switch (opening) {
    case Opening::kCreate:
      return O_RDWR | O_APPEND | O_CREAT | O_EXCL;
    case Opening::kReplace:
      return O_RDWR | O_APPEND | O_CREAT | O_TRUNC;
    case Opening::kAppend:
      return O_RDWR | O_APPEND;
    case Opening::kRead:
      return O_RDONLY;
  }
  return O_RDONLY;
}

class PosixFiles final : public FileSystem {
 public:
  [[nodiscard]] Result<std::unique_ptr<OpenFile>> open(const std::string& path,
                                                       Opening opening) override {
    const int fd = ::open(path.c_str(), flags_of(opening) | O_CLOEXEC, kFileMode);
    if (fd < 0) {
      return errno_failed(path, opening == Opening::kCreate ? "create" : "open");
    }
    return std::make_unique<PosixFile>(fd, path);
  }

  [[nodiscard]] Result<void> rename(const std::string& from, const std::string& to) override {
    return done(std::rename(from.c_str(), to.c_str()), to, "rename");
  }

  [[nodiscard]] Result<void> remove(const std::string& path) override {
    return done(std::remove(path.c_str()), path, "remove");
  }

  [[nodiscard]] Result<void> make_folder(const std::string& path) override {
    return done(::mkdir(path.c_str(), kFolderMode), path, "make folder");
  }

  [[nodiscard]] Result<void> sync_folder(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int outcome = fd < 0 ? -1 : ::fsync(fd);
    const int why = errno;
    if (fd >= 0) {
      ::close(fd);
    }
    if (outcome != 0) {
      return fail(ErrorKind::kFailedPrecondition,
                  error_from_errno(why, path + ": sync folder").message());
    }
    return {};
  }

  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& path) override {
    std::vector<std::string> names;
    std::error_code code;
    for (std::filesystem::directory_iterator it(path, code), end; !code && it != end;
         it.increment(code)) {
      names.push_back(it->path().filename().string());
    }
    if (code) {
      return fail(error_from_errno(code.value(), path + ": list"));
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  [[nodiscard]] Result<std::optional<Status>> status(const std::string& path) override {
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0) {
      return Status{.is_folder = S_ISDIR(status.st_mode),
                    .bytes = static_cast<std::uint64_t>(status.st_size)};
    }
    if (errno == ENOENT || errno == ENOTDIR) {
      return std::optional<Status>();
    }
    return errno_failed(path, "status");
  }

  [[nodiscard]] Result<VolumeSpace> space(const std::string& path) override {
    struct statvfs status{};
    if (::statvfs(path.c_str(), &status) != 0) {
      return errno_failed(path, "free space");
    }
    return VolumeSpace{.bytes_total = status.f_blocks * status.f_frsize,
                       .bytes_free = status.f_bavail * status.f_frsize,
                       .is_read_only = (status.f_flag & ST_RDONLY) != 0};
  }
};

}  // namespace

FileSystem& posix_files() {
  static PosixFiles files;
  return files;
}

}  // namespace candor::storage
