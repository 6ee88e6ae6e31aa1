// SPDX-License-Identifier: Apache-2.0
// What a person must know about the evidence of this host, for GET /v1/status.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/sync.h"
#include "core/time.h"

namespace candor::app {

/// Kinds: docs/design/notary.md, "Alarms".
struct Alarm {
  std::string kind;
  std::string room;
  UtcTime since;
  std::string detail;
};

/// Thread: any. Held while an alarm is set or all are copied.
class AlarmBoard {
 public:
  /// Raises it, or changes its detail; `since` stays that of the first time.
  void raise(std::string_view kind, const std::string& room, std::string detail, UtcTime now)
      EXCLUDES(mutex_);
  void clear(std::string_view kind, const std::string& room) EXCLUDES(mutex_);
  /// By room and kind.
  [[nodiscard]] std::vector<Alarm> all() const EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::map<std::pair<std::string, std::string>, Alarm> alarms_ GUARDED_BY(mutex_);
};

}  // namespace candor::app
