// SPDX-License-Identifier: Apache-2.0
#include "monitor/witness/watch.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace candor::witness {
namespace {

using alarms::Alarm;

std::int64_t seconds(Nanoseconds time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time).count();
}

Alarm alarm_of(const records::Refused& refused) {
  Alarm alarm{.kind = std::string(records::to_string(refused.kind)),
              .room = room_of(refused.origin),
              .host = "",
              .origin = refused.origin,
              .since = refused.first,
              .detail = ""};
  alarm.detail =
      refused.kind == records::RefusedKind::kRolledBack
          ? fmt::format("{} entries were cosigned, the log's key signed {}", refused.cosigned_size,
                        refused.size)
          : fmt::format(
                "{} entries were cosigned, the log's key signed {} that do not go on from "
                "them",
                refused.cosigned_size, refused.size);
  return alarm;
}

}  // namespace

OriginParts parts_of(std::string_view origin) {
  const std::size_t slash = origin.rfind('/');
  if (slash == std::string_view::npos) {
    return {};
  }
  OriginParts parts{.prefix = std::string(origin.substr(0, slash + 1)), .epoch = 0};
  const std::string_view number = origin.substr(slash + 1);
  const auto [end, code] =
      std::from_chars(number.data(), number.data() + number.size(), parts.epoch);
  const bool is_number = code == std::errc() && end == number.data() + number.size();
  return is_number && parts.epoch > 0 ? parts : OriginParts{};
}

std::string room_of(std::string_view origin) {
  const std::string prefix = parts_of(origin).prefix;
  if (prefix.empty()) {
    return "";
  }
  const std::string_view without_end(prefix.data(), prefix.size() - 1);
  return std::string(without_end.substr(without_end.rfind('/') + 1));
}

void Watch::note_growth(const std::string& origin) {
  growth_[origin] = {.boot = clock_.boot(), .utc = clock_.utc()};
}

void Watch::follow(const std::vector<EnrolledLog>& logs) {
  std::map<std::string, Growth> followed;
  for (const EnrolledLog& log : logs) {
    if (const auto known = growth_.find(log.origin); known != growth_.end()) {
      followed.insert(*known);
    } else if (log.was_cosigned) {
      followed[log.origin] = {.boot = clock_.boot() + (kSilenceAtStartMax - kSilenceMax),
                              .utc = clock_.utc()};
    }
  }
  growth_ = std::move(followed);
}

std::vector<Alarm> Watch::alarms(const std::vector<EnrolledLog>& logs,
                                 const std::vector<records::Refused>& refusals) {
  follow(logs);
  std::vector<Alarm> open;
  std::ranges::transform(refusals, std::back_inserter(open), alarm_of);
  for (const auto& [origin, grown] : growth_) {
    const Nanoseconds since = clock_.boot() - grown.boot;
    Alarm alarm{.kind = "",
                .room = room_of(origin),
                .host = "",
                .origin = origin,
                .since = grown.utc,
                .detail = fmt::format("no new checkpoint for {} s", seconds(since))};
    if (since > kUnwitnessedMax && in_session_ != nullptr && in_session_(alarm.room)) {
      alarm.kind = "unwitnessed";
      open.push_back(alarm);
    }
    if (since > kSilenceMax) {
      alarm.kind = "log-silent";
      open.push_back(std::move(alarm));
    }
  }
  return open;
}

}  // namespace candor::witness
