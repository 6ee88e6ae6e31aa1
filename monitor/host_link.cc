// SPDX-License-Identifier: Apache-2.0
#include "monitor/host_link.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <boost/asio.hpp>
#include <boost/json.hpp>

#include "core/log.h"
#include "net/json_client.h"
#include "net/run_blocking.h"

namespace candor::monitor {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;

constexpr auto kPollInterval = 1s;
constexpr std::array<std::chrono::seconds, 4> kWaits = {1s, 2s, 5s, 10s};
constexpr auto kRequestMax = 10s;

}  // namespace

HostLink::HostLink(std::string name, std::string socket, asio::thread_pool& blocking,
                   std::function<void(const HostLink&)> on_change)
    : name_(std::move(name)),
      socket_(std::move(socket)),
      blocking_(blocking),
      on_change_(std::move(on_change)),
      since_(SystemClock().utc()) {}

asio::awaitable<void> HostLink::run() {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  std::size_t failures = 0;
  for (;;) {
    net::ClientRequest request;
    request.target = "/v1/status";
    auto asking = ask(std::move(request));
    Result<json::object> status = co_await std::move(asking);
    failures = status.has_value() ? 0 : failures + 1;
    if (status.has_value()) {
      status_ = std::move(*status);
    } else if (is_connected_) {
      log::warn("monitor.host-away", {{"host", name_}, {"error", status.error().message()}});
    }
    set_connected(status.has_value());
    const auto wait = failures == 0 ? kPollInterval : kWaits[std::min(failures, kWaits.size()) - 1];
    timer.expires_after(wait);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

void HostLink::set_connected(bool is_connected) {
  if (is_connected_ == is_connected) {
    return;
  }
  is_connected_ = is_connected;
  since_ = SystemClock().utc();
  log::info(is_connected ? "monitor.host-connected" : "monitor.host-lost", {{"host", name_}});
  on_change_(*this);
}

asio::awaitable<Result<std::unique_ptr<net::ClientResponse>>> HostLink::send(
    net::ClientRequest request) {
  const auto job = [this, &request] { return net::send_request(socket_, request, kRequestMax); };
  auto sending = net::run_blocking(blocking_.get_executor(), job);
  co_return co_await std::move(sending);
}

asio::awaitable<Result<json::object>> HostLink::ask(net::ClientRequest request) {
  const auto job = [this, &request] { return net::ask_json(socket_, request, kRequestMax); };
  auto asking = net::run_blocking(blocking_.get_executor(), job);
  co_return co_await std::move(asking);
}

bool HostLink::has_room(std::string_view room) const {
  const json::value* rooms = status_.if_contains("rooms");
  return rooms != nullptr && rooms->is_array() &&
         std::any_of(rooms->get_array().begin(), rooms->get_array().end(), [&](const auto& value) {
           return value.as_object().at("room").as_string() == room;
         });
}

}  // namespace candor::monitor
