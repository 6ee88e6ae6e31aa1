// SPDX-License-Identifier: Apache-2.0
// Each second: is the program doing its work? Only then is the watchdog told.
#pragma once

#include <chrono>
#include <functional>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/service/notifier.h"

namespace candor::app {

/// On the thread of the io_context, which is thereby watched too; must not outlive it. Says that
/// the program is stopping when destroyed.
class Heartbeat {
 public:
  /// Says that the program is ready.
  Heartbeat(boost::asio::io_context& net, ServiceNotifier notifier, std::function<bool()> is_alive)
      : timer_(net), notifier_(std::move(notifier)), is_alive_(std::move(is_alive)) {
    notifier_.ready();
    beat();
  }
  ~Heartbeat() { notifier_.stopping(); }
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;
  Heartbeat(Heartbeat&&) = delete;
  Heartbeat& operator=(Heartbeat&&) = delete;

 private:
  void beat() {
    if (is_alive_()) {
      notifier_.alive();
    }
    timer_.expires_after(std::chrono::seconds(1));
    timer_.async_wait([this](const boost::system::error_code& code) {
      if (!code) {
        beat();
      }
    });
  }

  boost::asio::steady_timer timer_;
  ServiceNotifier notifier_;
  std::function<bool()> is_alive_;
};

}  // namespace candor::app
