// SPDX-License-Identifier: Apache-2.0
// An alarm as a value: something is the matter with a room's evidence until it ends. Which are open
// is book.h's.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "core/time.h"

namespace candor::alarms {

struct Alarm {
  std::string kind;    // One of the closed list in docs/design/witness.md, "Alarms".
  std::string room;    // Its short name; empty: it is no room's.
  std::string host;    // That said so; empty: this monitor.
  std::string origin;  // The log; empty: none.
  UtcTime since;
  std::string detail;  // A plain sentence with the values in it.
};

/// `{"kind","room","host","origin","since","detail"}`.
[[nodiscard]] boost::json::object to_json(const Alarm& alarm);

}  // namespace candor::alarms
