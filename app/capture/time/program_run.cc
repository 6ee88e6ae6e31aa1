// SPDX-License-Identifier: Apache-2.0
#include "app/capture/time/program_run.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "core/text.h"

namespace candor::app {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kLook = 50ms;  // How soon a stop is seen.
constexpr std::size_t kFirstLineMax = 200;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { close_now(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  void close_now() {
    if (fd_ >= 0) {
      ::close(std::exchange(fd_, -1));
    }
  }

 private:
  int fd_;
};

// Killed and reaped at the latest with this object.
class Child {
 public:
  explicit Child(pid_t id) : id_(id) {}
  ~Child() {
    if (id_ > 0) {
      ::kill(id_, SIGKILL);
      int status = 0;
      ::waitpid(id_, &status, 0);
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  Child(Child&&) = delete;
  Child& operator=(Child&&) = delete;

  // Its wait status; none: it still runs.
  [[nodiscard]] std::optional<int> ended() {
    int status = 0;
    if (::waitpid(id_, &status, WNOHANG) == 0) {
      return std::nullopt;
    }
    id_ = 0;
    return status;
  }

 private:
  pid_t id_;
};

Result<pid_t> spawn(const ProgramRun& run, int output) {
  std::vector<std::string> words = run.arguments;
  words.insert(words.begin(), run.program);
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);
  std::string locale = "LC_ALL=C";
  std::array<char*, 2> environment = {locale.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  pid_t id = 0;
  const int code =
      ::posix_spawn(&id, run.program.c_str(), &actions, nullptr, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  return code == 0 ? Result<pid_t>(id) : fail(error_from_errno(code, run.program));
}

Result<void> check_patience(const ProgramRun& run, Clock::time_point until,
                            const std::stop_token& stop) {
  if (stop.stop_requested()) {
    return fail(ErrorKind::kCancelled, run.program + ": is not waited for");
  }
  if (Clock::now() >= until) {
    return fail(ErrorKind::kDeadlineExceeded, run.program + ": does not answer");
  }
  return {};
}

Result<std::string> read_output(const ProgramRun& run, int output, Clock::time_point until,
                                const std::stop_token& stop) {
  std::string text;
  std::array<char, 4096> block{};
  while (true) {
    CANDOR_CHECK(check_patience(run, until, stop));
    pollfd ready{.fd = output, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, static_cast<int>(kLook.count())) <= 0) {
      continue;
    }
    const ssize_t got = ::read(output, block.data(), block.size());
    if (got == 0) {
      return text;
    }
    if (got < 0 && errno != EINTR && errno != EAGAIN) {
      return fail(error_from_errno(errno, run.program));
    }
    text.append(block.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (text.size() > run.output_bytes_max) {
      return fail(ErrorKind::kResourceExhausted, run.program + ": prints too much");
    }
  }
}

}  // namespace

Result<std::string> run_program(const ProgramRun& run, const std::stop_token& stop) {
  const auto until = Clock::now() + run.limit;
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(error_from_errno(errno, "pipe"));
  }
  const Descriptor output(ends[0]);
  Descriptor input(ends[1]);
  CANDOR_TRY(const pid_t id, spawn(run, input.get()));
  Child child(id);
  input.close_now();
  CANDOR_TRY(std::string text, read_output(run, output.get(), until, stop));
  std::optional<int> status = child.ended();
  while (!status.has_value()) {
    CANDOR_CHECK(check_patience(run, until, stop));
    ::poll(nullptr, 0, 1);
    status = child.ended();
  }
  if (!WIFEXITED(*status) || WEXITSTATUS(*status) != 0) {
    const int code = WIFEXITED(*status) ? WEXITSTATUS(*status) : -1;
    return fail(ErrorKind::kUnavailable,
                run.program + ": ended with " + std::to_string(code) + ": " +
                    plain_text(text.substr(0, text.find('\n')), kFirstLineMax));
  }
  return text;
}

}  // namespace candor::app
