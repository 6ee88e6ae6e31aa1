// SPDX-License-Identifier: Apache-2.0
// The witness over HTTP (docs/design/witness.md): offers are collected and answered together, on
// the blocking pool. What is answered: rules.h, cosigner.h.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include "core/time.h"
#include "monitor/alarms/alarm.h"
#include "monitor/witness/cosigner.h"
#include "monitor/witness/watch.h"
#include "net/http.h"

namespace candor::witness {

/// Offers that wait for the disk; more are answered 503 and come again.
inline constexpr std::size_t kOffersWaitingMax = 1024;
/// Offers of one transaction.
inline constexpr std::size_t kOffersAtOnceMax = 128;

/// On the net thread; the pool and the clock outlive it.
class Witness {
 public:
  Witness(std::unique_ptr<Cosigner> cosigner, boost::asio::thread_pool& blocking,
          const Clock& clock, Watch::InSession in_session = {});

  /// Answers what is under "/witness".
  [[nodiscard]] net::asio::awaitable<net::HttpResponse> handle(net::HttpRequest request);

  /// Answers offers until the io_context stops; without it they wait.
  [[nodiscard]] net::asio::awaitable<void> run();

  /// Tells `publish` every second which alarms are open, until the io_context stops.
  [[nodiscard]] net::asio::awaitable<void> watch(
      std::function<void(std::vector<alarms::Alarm>)> publish);

  [[nodiscard]] const std::string& vkey() const { return cosigner_->vkey(); }

 private:
  struct Waiter;
  using Response = net::asio::awaitable<net::HttpResponse>;

  [[nodiscard]] Response add_checkpoint(net::HttpRequest request);
  [[nodiscard]] Response show_checkpoint(std::string origin_hash);
  [[nodiscard]] net::asio::awaitable<void> answer_some();

  const std::unique_ptr<Cosigner> cosigner_;
  boost::asio::strand<boost::asio::thread_pool::executor_type> strand_;
  const Clock& clock_;
  Watch watch_;
  // Of run()'s frame, which goes with the io_context; null while it does not run.
  boost::asio::steady_timer* wake_ = nullptr;
  std::deque<std::shared_ptr<Waiter>> waiting_;
};

}  // namespace candor::witness
