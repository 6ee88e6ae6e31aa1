// SPDX-License-Identifier: Apache-2.0
#include "evidence/rules/finding.h"

#include <utility>

#include <fmt/format.h>

namespace candor::rules {

std::string_view to_string(Rule rule) {
  switch (rule) {
    case Rule::kPlace:
      return "place";
    case Rule::kChain:
      return "chain";
    case Rule::kTimeline:
      return "timeline";
    case Rule::kClock:
      return "clock";
    case Rule::kCoverage:
      return "coverage";
    case Rule::kSilence:
      return "silence";
    case Rule::kSessions:
      return "sessions";
    case Rule::kCapture:
      return "capture";
    case Rule::kReplay:
      return "replay";
  }
  return "unknown";
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::kNote:
      return "note";
    case Severity::kSuspect:
      return "suspect";
    case Severity::kBroken:
      return "broken";
  }
  return "unknown";
}

std::string seconds_text(std::int64_t ns) {
  return fmt::format("{:.3f} s", static_cast<double>(ns) / 1e9);
}

void Report::add(Rule rule, Severity severity, const Uuid& stream, std::string sentence) {
  findings_.push_back({.rule = rule,
                       .severity = severity,
                       .index = index_,
                       .time = time_,
                       .stream = stream,
                       .sentence = std::move(sentence)});
}

std::vector<Finding> Report::take() { return std::exchange(findings_, {}); }

}  // namespace candor::rules
