// SPDX-License-Identifier: Apache-2.0
#include "monitor/alarms/hook.h"

#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

#include <boost/asio.hpp>
#include <boost/json.hpp>

#include "core/log.h"
#include "monitor/alarms/program.h"
#include "net/run_blocking.h"

namespace candor::alarms {

namespace asio = boost::asio;

// Becomes readable when the hook stops; a run that is under way sees it from the pool.
class AlarmHook::StopSign {
 public:
  StopSign() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~StopSign() { ::close(fd_); }
  StopSign(const StopSign&) = delete;
  StopSign& operator=(const StopSign&) = delete;
  StopSign(StopSign&&) = delete;
  StopSign& operator=(StopSign&&) = delete;

  void set() const { ::eventfd_write(fd_, 1); }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

AlarmHook::AlarmHook(asio::thread_pool& blocking, HookOptions options)
    : options_(std::move(options)), blocking_(blocking), sign_(std::make_shared<StopSign>()) {}

AlarmHook::~AlarmHook() { sign_->set(); }

void AlarmHook::stop() {
  is_stopped_ = true;
  sign_->set();
}

void AlarmHook::tell(const Alarm& alarm, bool has_ended) {
  if (options_.program.empty()) {
    return;
  }
  if (waiting_.size() >= options_.waiting_max) {
    ++lost_;
    return;
  }
  boost::json::object text{{"event", has_ended ? "ended" : "begun"}, {"monitor", options_.monitor}};
  for (const auto& [name, value] : to_json(alarm)) {
    text[name] = value;
  }
  waiting_.push_back(boost::json::serialize(text) + "\n");
  if (wake_ != nullptr) {
    wake_->cancel();
  }
}

asio::awaitable<void> AlarmHook::run() {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  asio::steady_timer wake(co_await asio::this_coro::executor);
  wake_ = &wake;
  while (!is_stopped_) {
    if (waiting_.empty()) {
      wake.expires_at(asio::steady_timer::time_point::max());
      co_await wake.async_wait(asio::as_tuple(asio::use_awaitable));
      continue;
    }
    const auto next = std::chrono::steady_clock::now() + options_.gap;
    const auto job = [input = std::move(waiting_.front()), sign = sign_, &options = options_] {
      return run_program(options.program, input, options.run_max, sign->fd());
    };
    waiting_.pop_front();
    auto running = net::run_blocking(blocking_.get_executor(), job);
    const Result<void> done = co_await std::move(running);
    if (!done.has_value()) {
      log::error("monitor.alarm-hook", {{"error", done.error().message()}});
    }
    if (const auto lost = std::exchange(lost_, 0); lost > 0) {
      log::error("monitor.alarm-hook-overrun", {{"not_told", lost}});
    }
    pause.expires_at(next);
    co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

}  // namespace candor::alarms
