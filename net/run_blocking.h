// SPDX-License-Identifier: Apache-2.0
// The one way a coroutine does blocking work: on a pool's executor, and back.
#pragma once

#include <type_traits>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace candor::net {

/// Runs `job` (a named object, see docs/CONTRIBUTING.md) on `there` and returns its result on the
/// caller's executor.
template <typename Executor, typename Job>
[[nodiscard]] boost::asio::awaitable<std::invoke_result_t<Job&>> run_blocking(Executor there,
                                                                              Job job) {
  namespace asio = boost::asio;
  const auto here = co_await asio::this_coro::executor;
  auto to_pool = asio::bind_executor(there, asio::use_awaitable);
  co_await asio::post(to_pool);
  auto result = job();
  auto to_caller = asio::bind_executor(here, asio::use_awaitable);
  co_await asio::post(to_caller);
  co_return result;
}

}  // namespace candor::net
