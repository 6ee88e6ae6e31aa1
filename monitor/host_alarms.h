// SPDX-License-Identifier: Apache-2.0
// Alarms that capture hosts have in their status, brought into the monitor's book; and what the
// witness asks of the rooms.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "core/time.h"
#include "monitor/alarms/book.h"
#include "monitor/host_link.h"

namespace candor::monitor {

/// What a status has in `"alarms":[{"kind","room","since","detail"}...]`; what has not that form,
/// or a kind that the console does not know, is left out. `now` stands for a time that is missing.
[[nodiscard]] std::vector<alarms::Alarm> alarms_in(const boost::json::object& status,
                                                   const std::string& host, UtcTime now);

/// Publishes the alarms of all hosts every second until the io_context stops. A host that is away
/// keeps those it had.
[[nodiscard]] net::asio::awaitable<void> follow_host_alarms(
    const std::vector<std::unique_ptr<HostLink>>& hosts, alarms::AlarmBook& book);

/// True while a host that is connected records a session in the room.
[[nodiscard]] bool records_session(const std::vector<std::unique_ptr<HostLink>>& hosts,
                                   std::string_view room);

}  // namespace candor::monitor
