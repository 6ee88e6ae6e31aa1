// SPDX-License-Identifier: Apache-2.0
// Preloaded into a program: write, fdatasync and fsync fail, or wait, on the files that a rules
// file names. It is looked at before each call, so rules change while the program runs
// (tests/support/failing_calls.py). The first call that a rule met is noted in "<rules file>.hits".
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <linux/limits.h>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 50ms;  // How soon a call that waits finds its rule gone.

// A line of the rules file: "CALL ERROR_NUMBER WAIT_MS PATH_PART".
struct Rule {
  std::string call;
  int error_number = 0;  // 0: it only waits.
  std::int64_t wait_ms = 0;
  std::string path_part;
  bool has_hit = false;
};

class Rules {
 public:
  // The rule that holds for this call now.
  std::optional<Rule> find(std::string_view call, std::string_view file) {
    const std::scoped_lock lock(mutex_);
    read_again();
    const auto found = std::ranges::find_if(rules_, [&](const Rule& rule) {
      return rule.call == call && file.find(rule.path_part) != std::string_view::npos;
    });
    if (found == rules_.end()) {
      return std::nullopt;
    }
    if (!std::exchange(found->has_hit, true)) {
      note_hit(call);
    }
    return *found;
  }

 private:
  // The file is replaced by another one, never changed.
  void read_again() {
    struct stat status{};
    if (path_ == nullptr || ::stat(path_, &status) != 0) {
      rules_.clear();
      inode_ = 0;
      return;
    }
    if (status.st_ino == inode_) {
      return;
    }
    inode_ = status.st_ino;
    rules_.clear();
    std::ifstream lines(path_);
    Rule rule;
    while (lines >> rule.call >> rule.error_number >> rule.wait_ms >> rule.path_part) {
      rules_.push_back(rule);
    }
  }

  void note_hit(std::string_view call) const {
    const std::int64_t ns =
        std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
    const std::string line = std::to_string(ns) + " " + std::string(call) + "\n";
    const std::string path = std::string(path_) + ".hits";
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd >= 0) {
      ::syscall(SYS_write, fd, line.data(), line.size());
      ::close(fd);
    }
  }

  const char* path_ = std::getenv("CANDOR_FAILING_CALLS");
  std::mutex mutex_;
  std::vector<Rule> rules_;
  ino_t inode_ = 0;
};

Rules& rules() {
  static Rules& all = *new Rules;  // Calls come until the process has ended.
  return all;
}

std::string path_of(int fd) {
  std::string path(PATH_MAX, '\0');
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
  path.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return path;
}

// Waits as long as the rules say. True: the call fails, errno is set.
bool is_refused(std::string_view call, int fd) {
  const std::string path = path_of(fd);
  const auto begin = std::chrono::steady_clock::now();
  std::optional<Rule> rule = rules().find(call, path);
  while (rule.has_value() &&
         std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(rule->wait_ms)) {
    std::this_thread::sleep_for(kLook);
    rule = rules().find(call, path);
  }
  if (!rule.has_value() || rule->error_number == 0) {
    return false;
  }
  errno = rule->error_number;
  return true;
}

bool is_folder(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

extern "C" ssize_t write(int fd, const void* bytes, std::size_t size) {
  return is_refused("write", fd) ? -1 : ::syscall(SYS_write, fd, bytes, size);
}

extern "C" int fdatasync(int fd) {
  return is_refused("sync", fd) ? -1 : static_cast<int>(::syscall(SYS_fdatasync, fd));
}

extern "C" int fsync(int fd) {
  const bool is_refused_now = is_refused(is_folder(fd) ? "sync-folder" : "sync", fd);
  return is_refused_now ? -1 : static_cast<int>(::syscall(SYS_fsync, fd));
}
