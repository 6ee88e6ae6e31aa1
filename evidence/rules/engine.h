// SPDX-License-Identifier: Apache-2.0
// All rules of completeness over one log, entry after entry (docs/design/rules.md). Pure: no file,
// no clock. That the entries are those of a signed tree is for whoever feeds it.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "evidence/rules/capture_rule.h"
#include "evidence/rules/chain_rule.h"
#include "evidence/rules/clock_rule.h"
#include "evidence/rules/coverage_rule.h"
#include "evidence/rules/finding.h"
#include "evidence/rules/place_rule.h"
#include "evidence/rules/replay_rule.h"
#include "evidence/rules/session_rule.h"
#include "evidence/rules/silence_rule.h"
#include "evidence/rules/timeline_rule.h"

namespace candor::rules {

struct EngineOptions {
  Beginning beginning{};                   // The index of the first entry that will be given.
  std::set<std::uint32_t> may_withhold{};  // Chains whose entries may be kept back.
  std::size_t essences_kept = kEssencesKept;
};

/// One thread at a time.
///
/// Memory: at most 512 streams with 1 MiB each of essences (rule 9; EngineOptions::essences_kept of
/// 64 bytes) and less than 10 kB each for all else; 8 MiB of withheld leaves; one entry. A room
/// with three streams takes about 3 MiB.
class RuleEngine {
 public:
  explicit RuleEngine(std::string_view origin, EngineOptions options = {});

  /// The next entry, as it is framed in a bundle. What cannot be decoded is a finding and then
  /// counts as withheld.
  [[nodiscard]] std::vector<Finding> take(ByteView entry);
  /// The next entry is not shown; its leaf hash is.
  [[nodiscard]] std::vector<Finding> take_withheld(const evidence::Digest& leaf);
  /// No more entries are shown. What is open then is told.
  [[nodiscard]] std::vector<Finding> end();

  [[nodiscard]] std::uint64_t next_index() const { return next_; }
  /// SESSION-OPEN of the session that is open; none: there is none, or it is not known.
  [[nodiscard]] std::optional<std::uint64_t> session_index() const { return sessions_.opened_at(); }
  [[nodiscard]] std::optional<UtcTime> session_opened() const { return sessions_.opened(); }
  /// Of the last entry that was shown; none before the first.
  [[nodiscard]] const std::optional<evidence::EntryHeader>& last() const { return last_; }

 private:
  [[nodiscard]] static Result<SeenEntry> decode(ByteView entry);

  std::uint64_t next_;
  std::optional<evidence::EntryHeader> last_;
  Report report_;
  PlaceRule place_;
  ChainRule chain_;
  TimelineRule timeline_;
  ClockRule clock_;
  CoverageRule coverage_;
  SilenceRule silence_;
  SessionRule sessions_;
  CaptureRule capture_;
  ReplayRule replay_;
};

}  // namespace candor::rules
