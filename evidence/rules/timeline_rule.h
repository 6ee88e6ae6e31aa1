// SPDX-License-Identifier: Apache-2.0
// Rule 3: a unit begins where the one before ended, or where closed gaps have led to, and then says
// so.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "evidence/rules/seen_entry.h"

namespace candor::rules {

/// One thread.
class TimelineRule {
 public:
  explicit TimelineRule(Beginning beginning) : beginning_(beginning) {}

  void take(const SeenEntry& entry, Report& report);

 private:
  struct Stream {
    std::optional<std::int64_t> end;  // Of what is told: units and closed gaps, ticks.
    std::uint32_t timescale = 0;
    bool is_after_gap = false;
    std::vector<evidence::GapBody> open;  // At most kOpenGapsMax.
  };

  void take_media(const evidence::MediaBody& media, Stream& stream, Report& report) const;
  static void open_gap(const evidence::GapBody& gap, Stream& stream, Report& report);
  void close_gap(const evidence::GapBody& gap, Stream& stream, Report& report) const;

  Beginning beginning_;
  StreamTable<Stream> streams_;
};

}  // namespace candor::rules
