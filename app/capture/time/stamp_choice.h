// SPDX-License-Identifier: Apache-2.0
// Which checkpoint of a log is to be stamped, and when: each hour, and at the end of each session.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

#include "app/capture/notary/log_board.h"
#include "app/capture/time/stamp_jobs.h"

namespace candor::app {

struct ChoiceRhythm {
  std::chrono::milliseconds every{3'600'000};
  /// A cosigned checkpoint says more: it is waited for so long, then one that is signed must do.
  std::chrono::milliseconds cosign_wait{15'000};
};

/// One thread: the stamper's.
class StampChoice {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit StampChoice(ChoiceRhythm rhythm) : rhythm_(rhythm) {}

  /// The checkpoint of this log that is due now, as a job without parts; none: nothing is due, or
  /// it is waited for. `last` is the newest one of its room that became a job. What is returned
  /// counts as stamped.
  [[nodiscard]] std::optional<StampJob> due(const LogView& view, const LastStamp& last, Time now,
                                            UtcTime utc);

 private:
  struct Log {
    std::uint64_t session_end = 0;    // Up to here sessions' ends are stamped.
    std::optional<Time> due_since{};  // Nothing was chosen yet.
  };

  [[nodiscard]] bool is_hour_over(const LogView& view, const LastStamp& last, UtcTime utc) const;

  const ChoiceRhythm rhythm_;
  std::map<storage::LogName, Log> logs_;
};

}  // namespace candor::app
