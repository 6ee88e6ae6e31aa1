// SPDX-License-Identifier: Apache-2.0
// Rule 2: each chain counts from its first entry and names the leaf hash of the one before. A
// withheld leaf is given away by its successor.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>

#include "evidence/rules/seen_entry.h"

namespace candor::rules {

/// Withheld leaves that are remembered; of older ones it is not told whose they were.
inline constexpr std::size_t kWithheldKept = 65'536;

/// One thread.
class ChainRule {
 public:
  /// `may_withhold` are chains whose entries may be kept back (who looked at what).
  ChainRule(Beginning beginning, std::set<std::uint32_t> may_withhold)
      : beginning_(beginning), may_withhold_(std::move(may_withhold)) {}

  void take(const SeenEntry& entry, Report& report);
  void take_withheld(const evidence::Digest& leaf);

 private:
  struct End {
    std::uint64_t next = 0;
    evidence::Digest previous{};
  };

  void compare(const SeenEntry& entry, const End& end, Report& report) const;

  Beginning beginning_;
  std::set<std::uint32_t> may_withhold_;
  std::map<std::uint32_t, End> ends_;  // At most kStreamsMax and the events.
  std::set<evidence::Digest> withheld_;
  std::deque<evidence::Digest> withheld_order_;
};

}  // namespace candor::rules
