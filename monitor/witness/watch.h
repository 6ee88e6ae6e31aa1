// SPDX-License-Identifier: Apache-2.0
// What of the witness's logs is an alarm: silence, a room that records without a witness, and
// contradictions that nobody settled. When it is asked is witness.h's.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "monitor/alarms/alarm.h"
#include "monitor/records/witness_offers.h"

namespace candor::witness {

/// A room's log has a heartbeat every 10 s and shows it at once (docs/design/evidence.md).
inline constexpr std::chrono::seconds kSilenceMax{15};
/// In a session it shows a checkpoint every 2 s.
inline constexpr std::chrono::seconds kUnwitnessedMax{10};
/// After a start of the monitor the recorders have so long to find it again before they are silent.
inline constexpr std::chrono::seconds kSilenceAtStartMax{30};

/// "room-03" of "rec.example/site7/room-03/1"; empty for an origin of another form.
[[nodiscard]] std::string room_of(std::string_view origin);

/// "rec.example/site7/room-03/" and 1; an empty prefix for an origin of another form.
struct OriginParts {
  std::string prefix;
  std::uint64_t epoch = 0;
};
[[nodiscard]] OriginParts parts_of(std::string_view origin);

/// One thread: net.
class Watch {
 public:
  /// True while a session of the room is recorded, as its host says.
  using InSession = std::function<bool(std::string_view room)>;

  Watch(const Clock& clock, InSession in_session)
      : clock_(clock), in_session_(std::move(in_session)) {}

  /// The log showed that it goes on.
  void note_growth(const std::string& origin);

  struct EnrolledLog {
    std::string origin;
    bool was_cosigned = false;  // Ever.
  };
  /// All alarms that are open now.
  [[nodiscard]] std::vector<alarms::Alarm> alarms(const std::vector<EnrolledLog>& logs,
                                                  const std::vector<records::Refused>& refusals);

 private:
  // When a log last grew; after a start or an enrolment, when it is taken to have done so.
  struct Growth {
    BootTime boot;
    UtcTime utc;
  };
  void follow(const std::vector<EnrolledLog>& logs);

  const Clock& clock_;
  const InSession in_session_;
  std::map<std::string, Growth> growth_;
};

}  // namespace candor::witness
