// SPDX-License-Identifier: Apache-2.0
#include "monitor/alarms/book.h"

#include <algorithm>
#include <utility>

namespace candor::alarms {

void AlarmBook::publish(const std::string& source, std::vector<Alarm> open) {
  std::map<Key, Alarm>& before = by_source_[source];
  std::map<Key, Alarm> after;
  std::vector<Alarm> begun;
  open.resize(std::min(open.size(), kAlarmsOfSourceMax));
  for (Alarm& alarm : open) {
    const Key key{alarm.kind, alarm.room, alarm.origin};
    const auto known = before.find(key);
    if (known != before.end()) {
      alarm.since = known->second.since;
    } else if (!after.contains(key)) {
      begun.push_back(alarm);
    }
    after.emplace(key, std::move(alarm));
  }
  std::swap(before, after);
  if (listener_ == nullptr) {
    return;
  }
  // `after` holds now what was open before.
  for (const auto& [key, alarm] : after) {
    if (!before.contains(key)) {
      listener_(alarm, true);
    }
  }
  for (const Alarm& alarm : begun) {
    listener_(alarm, false);
  }
}

std::vector<Alarm> AlarmBook::open() const {
  std::vector<Alarm> all;
  for (const auto& [source, alarms] : by_source_) {
    for (const auto& [key, alarm] : alarms) {
      all.push_back(alarm);
    }
  }
  std::ranges::sort(all, {}, [](const Alarm& alarm) {
    return std::tie(alarm.since.ns, alarm.kind, alarm.origin, alarm.host);
  });
  return all;
}

boost::json::array AlarmBook::json() const {
  boost::json::array list;
  for (const Alarm& alarm : open()) {
    list.push_back(to_json(alarm));
  }
  return list;
}

}  // namespace candor::alarms
