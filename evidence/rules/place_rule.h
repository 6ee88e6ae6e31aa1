// SPDX-License-Identifier: Apache-2.0
// Rule 1: an entry stands where it says, in the log that it names, and is of a known form.
#pragma once

#include <cstdint>
#include <set>

#include "evidence/rules/seen_entry.h"

namespace candor::rules {

/// One thread.
class PlaceRule {
 public:
  explicit PlaceRule(const evidence::LogId& log) : log_(log) {}

  void take(const SeenEntry& entry, std::uint64_t position, Report& report);

 private:
  void note_stream(const Uuid& stream, Report& report);

  evidence::LogId log_;
  std::set<Uuid> streams_;  // At most kStreamsMax.
  bool has_too_many_ = false;
};

}  // namespace candor::rules
