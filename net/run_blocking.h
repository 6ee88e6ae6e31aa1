// SPDX-License-Identifier: Apache-2.0
// The one way a coroutine does blocking work: on a pool's executor, and back. The coroutine itself
// never leaves its thread, so that cancelling it is no race.
#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace candor::net {

/// Runs `job` (a named object, see docs/CONTRIBUTING.md) on `there` and returns its result on the
/// caller's executor; what it throws is thrown there. It cannot be cancelled: who is cancelled
/// meanwhile learns it at the next wait. The pool must be joined before the caller's io_context is
/// destroyed.
template <typename Executor, typename Job>
[[nodiscard]] boost::asio::awaitable<std::invoke_result_t<Job&>> run_blocking(Executor there,
                                                                              Job job) {
  namespace asio = boost::asio;
  std::optional<std::invoke_result_t<Job&>> result;
  std::exception_ptr problem;
  const auto start = [&](auto done) {
    const auto here = asio::get_associated_executor(done);  // The coroutine's.
    asio::post(there, [&, here, done = std::move(done)]() mutable {
      try {
        result.emplace(job());
      } catch (...) {
        problem = std::current_exception();
      }
      asio::post(here, [done = std::move(done)]() mutable { std::move(done)(); });
    });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(start, asio::use_awaitable);
  if (!result.has_value()) {
    std::rethrow_exception(problem);
  }
  co_return std::move(*result);
}

}  // namespace candor::net
