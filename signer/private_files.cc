// SPDX-License-Identifier: Apache-2.0
#include "signer/private_files.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace candor::signer {
namespace {

constexpr mode_t kOwnerOnly = 0600;
constexpr mode_t kOthers = 0077;        // All but the owner.
constexpr mode_t kNotForSocket = 0027;  // Others at all, the group to write.
constexpr std::string_view kNew = ".new";

tl::unexpected<Error> errno_of(const std::string& path, std::string_view what) {
  return fail(error_from_errno(errno, fmt::format("{}: {}", path, what)));
}

Result<struct stat> status_of_folder(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) {
    return errno_of(path, "status");
  }
  if (!S_ISDIR(status.st_mode)) {
    return fail(ErrorKind::kPermissionDenied, path + ": is no folder");
  }
  return status;
}

// Writes all of a new file beside `path` and gives its name.
Result<std::string> write_beside(const std::string& path, std::string_view content) {
  std::string beside = path + std::string(kNew);
  ::unlink(beside.c_str());  // What a crash left; nobody else writes here.
  const Descriptor file(
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kOwnerOnly));
  if (!file.is_open()) {
    return errno_of(beside, "create");
  }
  while (!content.empty()) {
    const auto written = ::write(file.get(), content.data(), content.size());
    if (written < 0 && errno != EINTR) {
      return errno_of(beside, "write");
    }
    content.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
  if (::fsync(file.get()) != 0) {
    return errno_of(beside, "sync");
  }
  return beside;
}

Result<void> check_is_private(const std::string& path, const Descriptor& file) {
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) {
    return errno_of(path, "status");
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorKind::kPermissionDenied, path + ": is no plain file");
  }
  if (status.st_uid != ::geteuid()) {
    return fail(ErrorKind::kPermissionDenied,
                fmt::format("{}: belongs to account {}, not to this one ({}): chown it", path,
                            status.st_uid, ::geteuid()));
  }
  if ((status.st_mode & kOthers) != 0) {
    return fail(ErrorKind::kPermissionDenied,
                fmt::format("{}: mode {:04o} is open to other accounts: chmod 600", path,
                            status.st_mode & 07777U));
  }
  return {};
}

}  // namespace

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash == 0 ? 1 : slash);
}

Result<void> check_private_folder(const std::string& path) {
  CANDOR_TRY(const struct stat status, status_of_folder(path));
  if (status.st_uid != ::geteuid()) {
    return fail(ErrorKind::kPermissionDenied,
                fmt::format("{}: belongs to account {}, not to this one ({}): chown it", path,
                            status.st_uid, ::geteuid()));
  }
  if ((status.st_mode & kOthers) != 0) {
    return fail(ErrorKind::kPermissionDenied,
                fmt::format("{}: mode {:04o} is open to other accounts: chmod 700", path,
                            status.st_mode & 07777U));
  }
  return {};
}

Result<void> check_socket_folder(const std::string& path) {
  CANDOR_TRY(const struct stat status, status_of_folder(path));
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    return fail(ErrorKind::kPermissionDenied,
                fmt::format("{}: belongs to account {}, neither to this one ({}) nor to root: "
                            "chown it",
                            path, status.st_uid, ::geteuid()));
  }
  if ((status.st_mode & kNotForSocket) != 0) {
    return fail(ErrorKind::kPermissionDenied,
                fmt::format("{}: mode {:04o} lets other accounts at the socket: chmod 750", path,
                            status.st_mode & 07777U));
  }
  return {};
}

Result<std::string> read_private_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.is_open()) {
    if (errno == ELOOP) {
      return fail(ErrorKind::kPermissionDenied, path + ": is a link");
    }
    return errno_of(path, "open");
  }
  CANDOR_CHECK(check_is_private(path, file));
  std::string content(kPrivateFileBytesMax + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const auto got = ::read(file.get(), content.data() + size, content.size() - size);
    if (got < 0 && errno != EINTR) {
      return errno_of(path, "read");
    }
    if (got == 0) {
      content.resize(size);
      return content;
    }
    size += got < 0 ? 0 : static_cast<std::size_t>(got);
  }
  return fail(ErrorKind::kDataLoss, path + ": is too long for what it should hold");
}

Result<void> create_private_file(const std::string& path, std::string_view content) {
  CANDOR_TRY(const std::string beside, write_beside(path, content));
  // A rename would take the place of what is there; a link refuses.
  const bool is_linked = ::link(beside.c_str(), path.c_str()) == 0;
  const int reason = errno;
  ::unlink(beside.c_str());
  if (!is_linked) {
    return fail(error_from_errno(reason, path + ": create"));
  }
  return sync_folder(folder_of(path));
}

Result<void> replace_private_file(const std::string& path, std::string_view content) {
  CANDOR_TRY(const std::string beside, write_beside(path, content));
  if (::rename(beside.c_str(), path.c_str()) != 0) {
    return errno_of(path, "rename");
  }
  return sync_folder(folder_of(path));
}

Result<void> sync_folder(const std::string& path) {
  const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) {
    return errno_of(path, "open");
  }
  if (::fsync(folder.get()) != 0) {
    return errno_of(path, "sync");
  }
  return {};
}

Result<Descriptor> lock_folder(const std::string& path) {
  const std::string name = path + "/lock";
  Descriptor lock(::open(name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, kOwnerOnly));
  if (!lock.is_open()) {
    return errno_of(name, "open");
  }
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return fail(ErrorKind::kAlreadyExists, path + ": another candor-signer works here");
    }
    return errno_of(name, "lock");
  }
  return lock;
}

}  // namespace candor::signer
