// SPDX-License-Identifier: Apache-2.0
#include "monitor/alarms/program.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

namespace candor::alarms {
namespace {

using std::chrono::steady_clock;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

// The input as a file in memory: a program that never reads holds nobody up.
Result<int> file_of(const std::string& input) {
  const int fd = ::memfd_create("candor-alarm", MFD_CLOEXEC);
  if (fd < 0) {
    return fail(error_from_errno(errno, "memfd_create"));
  }
  const auto size = static_cast<ssize_t>(input.size());
  if (::pwrite(fd, input.data(), input.size(), 0) != size) {
    const int code = errno;
    ::close(fd);
    return fail(error_from_errno(code, "alarm's text"));
  }
  return fd;
}

Result<pid_t> spawn(const std::string& program, int input_fd) {
  std::string name = program;
  std::array<char*, 2> argv = {name.data(), nullptr};
  std::string path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  std::array<char*, 2> environment = {path.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input_fd, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  pid_t id = 0;
  const int code =
      ::posix_spawn(&id, program.c_str(), &actions, &attributes, argv.data(), environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return code == 0 ? Result<pid_t>(id) : fail(error_from_errno(code, program));
}

enum class Waited : std::uint8_t { kEnded, kTooLong, kStopped };

Waited wait_for(int process_fd, int stop_fd, steady_clock::time_point deadline) {
  std::array<pollfd, 2> polled = {pollfd{.fd = process_fd, .events = POLLIN, .revents = 0},
                                  pollfd{.fd = stop_fd, .events = POLLIN, .revents = 0}};
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
    if (left <= 0) {
      return Waited::kTooLong;
    }
    const int ready = ::poll(polled.data(), polled.size(), static_cast<int>(left));
    if (ready > 0 && polled[0].revents != 0) {
      return Waited::kEnded;
    }
    if (ready > 0) {
      return Waited::kStopped;
    }
    if (ready < 0 && errno != EINTR) {
      return Waited::kTooLong;  // Without poll nothing can be waited for: it is ended.
    }
  }
}

Result<void> judge_end(const std::string& program, int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    return {};
  }
  return fail(ErrorKind::kUnavailable,
              WIFEXITED(status)
                  ? fmt::format("{}: ended with code {}", program, WEXITSTATUS(status))
                  : fmt::format("{}: ended by signal {}", program, WTERMSIG(status)));
}

}  // namespace

Result<void> run_program(const std::string& program, const std::string& input,
                         std::chrono::milliseconds run_max, int stop_fd) {
  CANDOR_TRY(const int input_fd, file_of(input));
  const Descriptor held(input_fd);
  CANDOR_TRY(const pid_t id, spawn(program, input_fd));
  const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, id, 0)));
  const Waited waited = wait_for(process.get(), stop_fd, steady_clock::now() + run_max);
  if (waited != Waited::kEnded) {
    ::kill(-id, SIGKILL);
    ::kill(id, SIGKILL);  // It may have left its group.
  }
  int status = 0;
  while (::waitpid(id, &status, 0) < 0 && errno == EINTR) {
  }
  if (waited == Waited::kTooLong) {
    return fail(ErrorKind::kDeadlineExceeded,
                fmt::format("{}: killed after {} ms", program, run_max.count()));
  }
  if (waited == Waited::kStopped) {
    return fail(ErrorKind::kCancelled, fmt::format("{}: killed, the monitor stops", program));
  }
  return judge_end(program, status);
}

}  // namespace candor::alarms
