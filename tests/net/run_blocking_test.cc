// SPDX-License-Identifier: Apache-2.0
#include "net/run_blocking.h"

#include <future>
#include <stdexcept>
#include <string>
#include <thread>

#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <gtest/gtest.h>

namespace candor::net {
namespace {

namespace asio = boost::asio;

class RunBlockingTest : public testing::Test {
 protected:
  // Runs the activity on this thread, to its end.
  void run(asio::awaitable<void> activity) {
    std::exception_ptr problem;
    asio::co_spawn(context_, std::move(activity),
                   [&problem](const std::exception_ptr& thrown) { problem = thrown; });
    context_.run();
    if (problem) {
      std::rethrow_exception(problem);
    }
  }

  asio::io_context context_{1};
  asio::thread_pool pool_{1};
  std::string seen_;
};

asio::awaitable<void> note_threads(asio::thread_pool& pool, std::string& seen) {
  const auto here = std::this_thread::get_id();
  const auto job = [here] { return std::this_thread::get_id() == here; };
  auto running = run_blocking(pool.get_executor(), job);
  const bool was_here = co_await std::move(running);
  seen = was_here ? "here" : "there";
  seen += std::this_thread::get_id() == here ? " and here" : " and lost";
}

TEST_F(RunBlockingTest, WorksThereAndComesBack) {
  run(note_threads(pool_, seen_));

  EXPECT_EQ(seen_, "there and here");
}

asio::awaitable<void> fail_there(asio::thread_pool& pool) {
  const auto job = []() -> int { throw std::runtime_error("a bug"); };
  auto running = run_blocking(pool.get_executor(), job);
  const int nothing = co_await std::move(running);
  EXPECT_EQ(nothing, 0) << "it was not to come back";
}

TEST_F(RunBlockingTest, ThrowsToItsCaller) { EXPECT_THROW(run(fail_there(pool_)), std::exception); }

// The job ends when the other half has asked for the end of this one.
asio::awaitable<void> work(asio::thread_pool& pool, std::shared_future<void> until,
                           std::string& seen) {
  std::string mine = "used after its end";
  const auto job = [&mine, until] {
    until.wait();
    mine = "used while it waits";
    return 0;
  };
  auto running = run_blocking(pool.get_executor(), job);
  co_await std::move(running);
  seen = mine;
  asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::hours(1));
  co_await timer.async_wait(asio::use_awaitable);
  seen = "not cancelled";
}

asio::awaitable<void> leave(asio::io_context& context, std::promise<void>& until) {
  auto token = asio::bind_executor(context, asio::use_awaitable);
  co_await asio::post(token);
  asio::post(context, [&until] { until.set_value(); });  // After the cancellation.
}

asio::awaitable<void> work_or_leave(asio::awaitable<void> working, asio::awaitable<void> leaving) {
  using asio::experimental::awaitable_operators::operator||;
  co_await (std::move(working) || std::move(leaving));
}

TEST_F(RunBlockingTest, ACancelledCallerIsThereUntilTheJobIsDone) {
  std::promise<void> until;
  auto working = work(pool_, until.get_future().share(), seen_);

  run(work_or_leave(std::move(working), leave(context_, until)));

  EXPECT_EQ(seen_, "used while it waits");
}

}  // namespace
}  // namespace candor::net
