// SPDX-License-Identifier: Apache-2.0
// One entry as the rules see it: decoded once, for all of them.
#pragma once

#include <map>
#include <utility>
#include <variant>

#include "evidence/bodies.h"
#include "evidence/entry.h"
#include "evidence/rules/finding.h"

namespace candor::rules {

/// Streams that are followed in one log; what lies beyond is a finding of rule 1. This bounds the
/// memory of all rules together.
inline constexpr std::size_t kStreamsMax = 512;

/// GAP-OPEN and GAP-CLOSE have the same body; the header says which it is.
using SeenBody =
    std::variant<std::monostate, evidence::MediaBody, evidence::GapBody, evidence::SessionOpenBody,
                 evidence::SessionCloseBody, evidence::StreamBody, evidence::InitBody>;

struct SeenEntry {
  evidence::EntryHeader header;
  evidence::Digest leaf{};
  SeenBody body;

  [[nodiscard]] const evidence::MediaBody* media() const {
    return std::get_if<evidence::MediaBody>(&body);
  }
  [[nodiscard]] const evidence::GapBody* gap() const {
    return std::get_if<evidence::GapBody>(&body);
  }
};

/// Where a log is begun to be read: at its first entry, or within it (an excerpt, a mirror that
/// starts anew). What lies before the first entry is then not known and not held against it.
struct Beginning {
  std::uint64_t index = 0;
  [[nodiscard]] bool is_whole() const { return index == 0; }
};

/// What a rule remembers of each stream, at most kStreamsMax of them.
template <typename State>
class StreamTable {
 public:
  /// Null: there are too many already.
  [[nodiscard]] State* find_or_add(const Uuid& stream) {
    const auto found = states_.find(stream);
    if (found != states_.end()) {
      return &found->second;
    }
    return states_.size() < kStreamsMax ? &states_[stream] : nullptr;
  }
  [[nodiscard]] State* find(const Uuid& stream) {
    const auto found = states_.find(stream);
    return found == states_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] std::size_t size() const { return states_.size(); }
  template <typename Action>
  void for_each(Action action) {
    for (auto& [stream, state] : states_) {
      action(stream, state);
    }
  }

 private:
  std::map<Uuid, State> states_;
};

}  // namespace candor::rules
