// SPDX-License-Identifier: Apache-2.0
// The monitor's records for coroutines: each call runs on the blocking pool, one after another.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include "monitor/records/records.h"
#include "net/http.h"
#include "net/run_blocking.h"

namespace candor::monitor {

/// On the net thread; the pool outlives it.
class Desk {
 public:
  Desk(std::unique_ptr<records::Records> records, boost::asio::thread_pool& blocking)
      : records_(std::move(records)), strand_(blocking.get_executor()) {}

  /// Runs `job(records)` on the pool and returns its result here.
  template <typename Job>
  [[nodiscard]] auto ask(Job job) {
    return net::run_blocking(
        strand_, [records = records_.get(), job = std::move(job)] { return job(*records); });
  }

 private:
  std::unique_ptr<records::Records> records_;
  boost::asio::strand<boost::asio::thread_pool::executor_type> strand_;
};

}  // namespace candor::monitor
