// SPDX-License-Identifier: Apache-2.0
#include "monitor/host_link.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <boost/asio.hpp>
#include <boost/json.hpp>

#include "core/log.h"
#include "monitor/hello.h"
#include "net/json.h"
#include "net/json_client.h"
#include "net/run_blocking.h"

namespace candor::monitor {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::array<std::chrono::seconds, 4> kWaits = {1s, 2s, 5s, 10s};
// Longer than the host itself waits for its disk (10 s), so that its own sentence arrives.
constexpr auto kRequestMax = 15s;
constexpr auto kStatusMax = 5s;  // Comes from memory.

bool is_room(const json::value& value) {
  return value.is_object() && net::text_field(value.get_object(), "room").has_value() &&
         net::text_field(value.get_object(), "kind").has_value();
}

// What the rest of the monitor relies on.
Result<json::object> checked(json::object status) {
  const json::value* rooms = status.if_contains("rooms");
  if (rooms == nullptr || !rooms->is_array() ||
      !std::all_of(rooms->get_array().begin(), rooms->get_array().end(), is_room)) {
    return fail(ErrorKind::kDataLoss, "the status is not that of docs/design/link.md");
  }
  return status;
}

}  // namespace

HostLink::HostLink(std::string name, net::Endpoint endpoint, asio::thread_pool& blocking,
                   std::function<void(const HostLink&)> on_change,
                   std::chrono::milliseconds poll_interval)
    : name_(std::move(name)),
      endpoint_(std::move(endpoint)),
      blocking_(blocking),
      on_change_(std::move(on_change)),
      poll_interval_(poll_interval),
      since_(SystemClock().utc()) {}

asio::awaitable<void> HostLink::run() {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  std::size_t failures = 0;
  std::string told;  // The last error, said once.
  for (;;) {
    auto asking = ask_status();
    Result<json::object> status = co_await std::move(asking);
    failures = status.has_value() ? 0 : failures + 1;
    const std::string error = status.has_value() ? "" : status.error().message();
    if (status.has_value()) {
      status_ = std::move(*status);
    } else if (error != told) {
      log::warn("monitor.host-away", {{"host", name_}, {"error", error}});
    }
    told = error;
    set_connected(status.has_value());
    timer.expires_after(failures == 0 ? poll_interval_
                                      : kWaits[std::min(failures, kWaits.size()) - 1]);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

asio::awaitable<Result<json::object>> HostLink::ask_status() {
  const auto job = [this, is_new = !is_connected_]() -> Result<json::object> {
    if (is_new) {
      CANDOR_CHECK(say_hello(endpoint_, kStatusMax));
    }
    net::ClientRequest request;
    request.target = "/v1/status";
    CANDOR_TRY(json::object status, net::ask_json(endpoint_, request, kStatusMax));
    return checked(std::move(status));
  };
  auto asking = net::run_blocking(blocking_.get_executor(), job);
  co_return co_await std::move(asking);
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

// What a host cannot do now is said with its name; what it refused, as it said it.
Error HostLink::named(Error error) const {
  const bool is_away =
      error.kind() == ErrorKind::kUnavailable || error.kind() == ErrorKind::kDeadlineExceeded;
  return is_away ? std::move(error).within(name_) : error;
}

asio::awaitable<Result<std::unique_ptr<net::ClientResponse>>> HostLink::send(
    net::ClientRequest request) {
  const auto job = [this, &request] { return net::send_request(endpoint_, request, kRequestMax); };
  auto sending = net::run_blocking(blocking_.get_executor(), job);
  auto answer = co_await std::move(sending);
  if (!answer.has_value()) {
    co_return fail(named(std::move(answer.error())));
  }
  co_return answer;
}

asio::awaitable<Result<json::object>> HostLink::ask(net::ClientRequest request) {
  const auto job = [this, &request] { return net::ask_json(endpoint_, request, kRequestMax); };
  auto asking = net::run_blocking(blocking_.get_executor(), job);
  Result<json::object> answer = co_await std::move(asking);
  if (!answer.has_value()) {
    co_return fail(named(std::move(answer.error())));
  }
  co_return answer;
}

const json::object* HostLink::find_room(std::string_view room) const {
  const json::value* rooms = status_.if_contains("rooms");
  if (rooms == nullptr) {
    return nullptr;
  }
  for (const json::value& one : rooms->as_array()) {
    if (one.as_object().at("room").as_string() == room) {
      return &one.get_object();
    }
  }
  return nullptr;
}

}  // namespace candor::monitor
