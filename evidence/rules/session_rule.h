// SPDX-License-Identifier: Apache-2.0
// Rule 7: a session holds what its SESSION-CLOSE entry counts, and nothing is of a session that is
// not open.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "evidence/rules/seen_entry.h"

namespace candor::rules {

/// One thread.
class SessionRule {
 public:
  explicit SessionRule(Beginning beginning) : beginning_(beginning) {}

  void take(const SeenEntry& entry, Report& report);
  /// The log is not read on: a session that is open is not finished.
  void end(Report& report) const;

  /// Index of the SESSION-OPEN entry of the session that is open; none: there is none.
  [[nodiscard]] std::optional<std::uint64_t> opened_at() const {
    return session_.has_value() ? std::optional(session_->index) : std::nullopt;
  }
  [[nodiscard]] std::optional<UtcTime> opened() const {
    return session_.has_value() ? std::optional(session_->time) : std::nullopt;
  }

 private:
  struct Session {
    Uuid id;
    std::uint64_t index = 0;
    UtcTime time;
    std::map<Uuid, evidence::StreamCount> counts;  // At most kStreamsMax.
  };

  void open(const SeenEntry& entry, const Uuid& id, Report& report);
  void close(const evidence::SessionCloseBody& body, Report& report);
  void count_media(const SeenEntry& entry, Report& report);
  [[nodiscard]] static evidence::StreamCount* count_of(Session& session, const Uuid& stream);
  // True: it is the open one, or one that was open before the first entry that is known.
  [[nodiscard]] bool is_open(const Uuid& session) const;

  Beginning beginning_;
  bool has_seen_change_ = false;  // A session was opened or closed since the first known entry.
  std::optional<Session> session_;
};

}  // namespace candor::rules
