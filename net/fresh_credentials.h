// SPDX-License-Identifier: Apache-2.0
// Looks for new certificates and revocation lists while the program runs.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "pki/credentials.h"

namespace candor::net {

inline constexpr std::chrono::seconds kCredentialsInterval{10};

/// Reads changed files anew every `interval` on the pool, tells in the log what came of it and what
/// will soon expire, and calls `each_time` afterwards on the caller's executor. Until cancelled.
[[nodiscard]] boost::asio::awaitable<void> keep_credentials_fresh(
    std::shared_ptr<pki::Credentials> credentials, boost::asio::thread_pool& blocking,
    std::function<void()> each_time, std::chrono::milliseconds interval = kCredentialsInterval);

}  // namespace candor::net
