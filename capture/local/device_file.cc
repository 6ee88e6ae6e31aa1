// SPDX-License-Identifier: Apache-2.0
#include "capture/local/device_file.h"

#include <charconv>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace candor::local {
namespace {

bool is_of(int descriptor, dev_t device) {
  struct stat status{};
  return ::fstat(descriptor, &status) == 0 && S_ISCHR(status.st_mode) && status.st_rdev == device;
}

std::vector<int> open_descriptors() {
  std::vector<int> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
    const std::string name = entry.path().filename();
    int descriptor = -1;
    if (std::from_chars(name.data(), name.data() + name.size(), descriptor).ec == std::errc()) {
      found.push_back(descriptor);
    }
  }
  return found;
}

}  // namespace

std::optional<dev_t> device_number(const std::string& path) {
  struct stat status{};
  const bool is_device = ::stat(path.c_str(), &status) == 0 && S_ISCHR(status.st_mode);
  return is_device ? std::optional(status.st_rdev) : std::nullopt;
}

std::size_t release_device(dev_t device) {
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing < 0) {
    return 0;
  }
  std::size_t released = 0;
  for (const int descriptor : open_descriptors()) {
    if (is_of(descriptor, device) && ::dup3(nothing, descriptor, O_CLOEXEC) == descriptor) {
      ++released;
    }
  }
  ::close(nothing);
  return released;
}

}  // namespace candor::local
