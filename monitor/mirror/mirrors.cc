// SPDX-License-Identifier: Apache-2.0
#include "monitor/mirror/mirrors.h"

#include <chrono>
#include <utility>

#include <boost/asio.hpp>

namespace candor::mirror {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kInterval{1};

}  // namespace

Mirrors::Mirrors(MirrorOptions options, const Clock& clock, FindWitnessed witnessed)
    : units_(clock),
      context_{.options = std::move(options),
               .clock = clock,
               .units = units_,
               .claims = claims_,
               .witnessed = std::move(witnessed)} {}

void Mirrors::add(std::string host, net::Endpoint endpoint) {
  hosts_.push_back(std::make_unique<HostMirror>(std::move(host), std::move(endpoint), context_));
}

void Mirrors::start() {
  for (const auto& host : hosts_) {
    host->start();
  }
}

void Mirrors::stop() {
  for (const auto& host : hosts_) {
    host->ask_to_stop();
  }
  for (const auto& host : hosts_) {
    host->stop();
  }
}

asio::awaitable<void> Mirrors::watch(
    std::function<void(const std::string& host, std::vector<alarms::Alarm>)> publish) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    for (const auto& host : hosts_) {
      publish(host->name(), host->alarms());
    }
    timer.expires_after(kInterval);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

}  // namespace candor::mirror
