// SPDX-License-Identifier: Apache-2.0
#include "monitor/transcoding/child.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <boost/asio.hpp>

#include "core/big_endian.h"
#include "core/log.h"

namespace candor::monitor {
namespace {

namespace asio = boost::asio;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kWaitingBytesMax = std::size_t{4} << 20;
constexpr std::size_t kLengthBytes = 4;
constexpr std::uint32_t kMessageBytesMax = std::uint32_t{16} << 20;

// Standard input and output are `fd`; of all else that is open here it gets standard error only.
Result<pid_t> spawn(const std::string& program, std::vector<std::string> arguments, int fd) {
  std::vector<char*> argv;
  arguments.insert(arguments.begin(), program);
  for (std::string& argument : arguments) {
    argv.push_back(argument.data());
  }
  argv.push_back(nullptr);
  std::array<char*, 1> environment = {nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  pid_t id = 0;
  const int code =
      ::posix_spawn(&id, program.c_str(), &actions, nullptr, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  return code == 0 ? Result<pid_t>(id) : fail(error_from_errno(code, program));
}

}  // namespace

Result<std::shared_ptr<TranscodeChild>> TranscodeChild::start(const asio::any_io_executor& executor,
                                                              const std::string& program,
                                                              std::vector<std::string> arguments,
                                                              Handlers handlers) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail(error_from_errno(errno, "socketpair"));
  }
  Socket socket(executor, asio::local::stream_protocol(), ends[0]);
  const auto id = spawn(program, std::move(arguments), ends[1]);
  ::close(ends[1]);
  if (!id.has_value()) {
    return fail(id.error());
  }
  const auto process_fd = static_cast<int>(::syscall(SYS_pidfd_open, *id, 0));
  asio::posix::stream_descriptor process(executor, process_fd);
  std::shared_ptr<TranscodeChild> child(
      new TranscodeChild(std::move(socket), std::move(process), *id, std::move(handlers)));
  // Each holds the child until its process is gone.
  const auto hold = [child](const std::exception_ptr&) {};
  asio::co_spawn(executor, child->read_messages(), hold);
  asio::co_spawn(executor, child->reap(), hold);
  return child;
}

TranscodeChild::TranscodeChild(Socket socket, asio::posix::stream_descriptor process, pid_t id,
                               Handlers handlers)
    : socket_(std::move(socket)),
      process_(std::move(process)),
      id_(id),
      handlers_(std::move(handlers)) {}

bool TranscodeChild::send(const LiveMessagePtr& message) {
  if (is_over_ || waiting_bytes_ + message->bytes.size() > kWaitingBytesMax) {
    return false;
  }
  waiting_.push_back(message);
  waiting_bytes_ += message->bytes.size();
  if (!std::exchange(is_writing_, true)) {
    const auto hold = [self = shared_from_this()](const std::exception_ptr&) {};
    asio::co_spawn(socket_.get_executor(), write_messages(), hold);
  }
  return true;
}

void TranscodeChild::stop() {
  is_stopped_ = true;
  handlers_ = {};
  end();
}

// The process may be in the middle of something that never ends: it is not asked.
void TranscodeChild::end() {
  if (std::exchange(is_over_, true)) {
    return;
  }
  boost::system::error_code ignored;  // It is closed, whatever it says.
  socket_.close(ignored);
  ::kill(id_, SIGKILL);
  if (const auto tell = std::exchange(handlers_, {}).on_end; tell) {
    tell();
  }
}

asio::awaitable<void> TranscodeChild::reap() {
  co_await process_.async_wait(asio::posix::stream_descriptor::wait_read, kAwait);
  int status = 0;
  ::waitpid(id_, &status, 0);
  if (!is_stopped_) {
    log::warn("transcode.ended", {{"status", status}});
  }
  end();
}

asio::awaitable<void> TranscodeChild::read_messages() {
  std::array<std::uint8_t, kLengthBytes> length{};
  while (!is_over_) {
    const auto head = asio::buffer(length);
    const auto [code, bytes] = co_await asio::async_read(socket_, head, kAwait);
    const std::uint32_t size = get_be<std::uint32_t>(length.data());
    if (code || size > kMessageBytesMax) {
      break;
    }
    std::string message(size, '\0');
    const auto body = asio::buffer(message);
    const auto [failed, got] = co_await asio::async_read(socket_, body, kAwait);
    if (failed || is_over_) {
      break;
    }
    const auto handler = handlers_.on_message;  // It may stop this.
    handler(std::move(message));
  }
  end();
}

asio::awaitable<void> TranscodeChild::write_messages() {
  while (!waiting_.empty() && !is_over_) {
    const LiveMessagePtr message = waiting_.front();
    std::array<std::uint8_t, kLengthBytes> length{};
    put_be(length.data(), static_cast<std::uint32_t>(message->bytes.size()));
    const std::array<asio::const_buffer, 2> pieces = {asio::buffer(length),
                                                      asio::buffer(message->bytes)};
    const auto [code, bytes] = co_await asio::async_write(socket_, pieces, kAwait);
    if (code) {
      break;
    }
    waiting_bytes_ -= message->bytes.size();
    waiting_.pop_front();
  }
  is_writing_ = false;
}

}  // namespace candor::monitor
