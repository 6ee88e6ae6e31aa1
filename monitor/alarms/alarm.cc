// SPDX-License-Identifier: Apache-2.0
#include "monitor/alarms/alarm.h"

namespace candor::alarms {

boost::json::object to_json(const Alarm& alarm) {
  return {{"kind", alarm.kind},
          {"room", alarm.room},
          {"host", alarm.host},
          {"origin", alarm.origin},
          {"since", to_rfc3339(alarm.since)},
          {"detail", alarm.detail}};
}

}  // namespace candor::alarms
