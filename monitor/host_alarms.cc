// SPDX-License-Identifier: Apache-2.0
#include "monitor/host_alarms.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <boost/asio.hpp>
#include <boost/json.hpp>

#include "core/text.h"
#include "net/json.h"

namespace candor::monitor {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr std::chrono::seconds kInterval{1};
constexpr std::size_t kDetailBytesMax = 512;
constexpr std::size_t kOriginBytesMax = 255;

// docs/design/witness.md, "Alarms".
constexpr std::array<std::string_view, 12> kKinds = {
    "rolled-back",     "rewritten",    "log-silent",   "unwitnessed",
    "undeclared-gap",  "clock-free",   "clock-offset", "unknown-key",
    "digest-mismatch", "session-long", "unsigned",     "unverified-start"};

std::string text_in(const json::object& object, std::string_view name, std::size_t bytes_max) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? plain_text(value->get_string(), bytes_max) : "";
}

}  // namespace

std::vector<alarms::Alarm> alarms_in(const json::object& status, const std::string& host,
                                     UtcTime now) {
  std::vector<alarms::Alarm> found;
  const json::value* list = status.if_contains("alarms");
  if (list == nullptr || !list->is_array()) {
    return found;
  }
  for (const json::value& one : list->get_array()) {
    if (!one.is_object() || found.size() == alarms::kAlarmsOfSourceMax) {
      continue;
    }
    const json::object& object = one.get_object();
    alarms::Alarm alarm{
        .kind = text_in(object, "kind", kOriginBytesMax),
        .room = text_in(object, "room", kOriginBytesMax),
        .host = host,
        .origin = text_in(object, "origin", kOriginBytesMax),
        .since = parse_rfc3339(text_in(object, "since", kOriginBytesMax)).value_or(now),
        .detail = text_in(object, "detail", kDetailBytesMax)};
    if (std::ranges::find(kKinds, alarm.kind) != kKinds.end()) {
      found.push_back(std::move(alarm));
    }
  }
  return found;
}

asio::awaitable<void> follow_host_alarms(const std::vector<std::unique_ptr<HostLink>>& hosts,
                                         alarms::AlarmBook& book) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    for (const auto& host : hosts) {
      book.publish("host " + host->name(),
                   alarms_in(host->status(), host->name(), SystemClock().utc()));
    }
    timer.expires_after(kInterval);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

bool records_session(const std::vector<std::unique_ptr<HostLink>>& hosts, std::string_view room) {
  return std::ranges::any_of(hosts, [&](const auto& host) {
    const json::object* found = host->is_connected() ? host->find_room(room) : nullptr;
    if (found == nullptr) {
      return false;
    }
    const json::value* session = found->if_contains("session");
    const auto state = net::text_field(*found, "state");
    return session != nullptr && session->is_object() && state.has_value() &&
           (*state == "recording" || *state == "interrupted");
  });
}

}  // namespace candor::monitor
