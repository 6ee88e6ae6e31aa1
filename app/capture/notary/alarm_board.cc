// SPDX-License-Identifier: Apache-2.0
#include "app/capture/notary/alarm_board.h"

#include "core/log.h"

namespace candor::app {

void AlarmBoard::raise(std::string_view kind, const std::string& room, std::string detail,
                       UtcTime now) {
  {
    const MutexLock lock(mutex_);
    const auto [found, is_new] = alarms_.try_emplace({room, std::string(kind)});
    Alarm& alarm = found->second;
    alarm.detail = std::move(detail);
    if (!is_new) {
      return;
    }
    alarm.kind = std::string(kind);
    alarm.room = room;
    alarm.since = now;
    detail = alarm.detail;
  }
  log::error("evidence.alarm", {{"kind", kind}, {"room", room}, {"detail", detail}});
}

void AlarmBoard::clear(std::string_view kind, const std::string& room) {
  {
    const MutexLock lock(mutex_);
    if (alarms_.erase({room, std::string(kind)}) == 0) {
      return;
    }
  }
  log::info("evidence.alarm-over", {{"kind", kind}, {"room", room}});
}

std::vector<Alarm> AlarmBoard::all() const {
  const MutexLock lock(mutex_);
  std::vector<Alarm> all;
  all.reserve(alarms_.size());
  for (const auto& [key, alarm] : alarms_) {
    all.push_back(alarm);
  }
  return all;
}

}  // namespace candor::app
