// SPDX-License-Identifier: Apache-2.0
// The alarms that are open now. Each source says again and again which ones it sees; the book tells
// what is new and what has ended.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <boost/json/array.hpp>

#include "monitor/alarms/alarm.h"

namespace candor::alarms {

/// More of one source are not looked at: a host cannot fill the monitor's memory.
inline constexpr std::size_t kAlarmsOfSourceMax = 1000;

/// On the net thread.
class AlarmBook {
 public:
  /// Called once when an alarm begins and once when it has ended; a later detail of an alarm that
  /// is open is no new one.
  using Listener = std::function<void(const Alarm& alarm, bool has_ended)>;

  explicit AlarmBook(Listener listener = {}) : listener_(std::move(listener)) {}

  /// All alarms that the source sees now, in the place of those it saw before. `since` of one that
  /// was open already stays.
  void publish(const std::string& source, std::vector<Alarm> open);

  /// All, the oldest first.
  [[nodiscard]] std::vector<Alarm> open() const;
  [[nodiscard]] boost::json::array json() const;

 private:
  // Kind, room, origin: two alarms of one source that agree in them are one.
  using Key = std::tuple<std::string, std::string, std::string>;

  Listener listener_;
  std::map<std::string, std::map<Key, Alarm>> by_source_;
};

}  // namespace candor::alarms
