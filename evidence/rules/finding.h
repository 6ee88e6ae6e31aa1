// SPDX-License-Identifier: Apache-2.0
// What a rule of completeness has to say of a log (docs/design/rules.md), as a value. Which rule
// says what is in the rules' own files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "core/time.h"

namespace candor::rules {

/// The numbers are those of docs/design/rules.md.
enum class Rule : std::uint8_t {
  kPlace = 1,     // Every entry is where it says, in the log that it names.
  kChain = 2,     // Each chain goes on without a hole.
  kTimeline = 3,  // Media without a gap entry has no hole.
  kClock = 4,     // The wall clock steps only where a CLOCK entry says so.
  kCoverage = 5,  // Media time goes as the boot clock does.
  kSilence = 6,   // The log never pauses without a reason.
  kSessions = 7,  // A session holds what its end says.
  kCapture = 8,   // The source's clock goes as media time does.
  kReplay = 9,    // Nothing is recorded twice.
};

/// "place", "chain", ...
[[nodiscard]] std::string_view to_string(Rule rule);

enum class Severity : std::uint8_t {
  kNote,     // To be told; nothing is missing.
  kSuspect,  // A person must look: an honest recorder does not do it, an honest source might.
  kBroken,   // The log is not whole, or contradicts itself.
};

/// "note", "suspect", "broken".
[[nodiscard]] std::string_view to_string(Severity severity);

struct Finding {
  Rule rule = Rule::kPlace;
  Severity severity = Severity::kNote;
  std::uint64_t index = 0;  // Of the entry at which it was seen.
  UtcTime time;             // That entry's wall clock; of a withheld one, the last that was seen.
  Uuid stream;              // Nil: it is no stream's.
  std::string sentence;     // Plain, with the values in it.
};

/// "4.000 s", "-0.250 s".
[[nodiscard]] std::string seconds_text(std::int64_t ns);

/// Collects the findings of one entry. One thread.
class Report {
 public:
  /// The entry that is looked at from now on.
  void at(std::uint64_t index, UtcTime time) {
    index_ = index;
    time_ = time;
  }
  void add(Rule rule, Severity severity, const Uuid& stream, std::string sentence);
  [[nodiscard]] std::vector<Finding> take();

 private:
  std::uint64_t index_ = 0;
  UtcTime time_;
  std::vector<Finding> findings_;
};

}  // namespace candor::rules
