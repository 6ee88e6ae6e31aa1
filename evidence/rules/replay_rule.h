// SPDX-License-Identifier: Apache-2.0
// Rule 9: no unit's essence comes twice within a stream. A picture never does; a silent microphone
// does, so that of sound only a longer piece counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>

#include "evidence/rules/seen_entry.h"

namespace candor::rules {

/// Units of a stream whose essence is remembered unless told: four and a half hours, about 1 MiB.
inline constexpr std::size_t kEssencesKept = 16'384;
/// Of sound: so many units in the same order, so many of them unlike each other.
inline constexpr std::size_t kSoundUnits = 8;
inline constexpr std::size_t kSoundKinds = 6;

/// One thread.
class ReplayRule {
 public:
  explicit ReplayRule(std::size_t kept = kEssencesKept) : kept_(kept) {}

  void take(const SeenEntry& entry, Report& report);

 private:
  using Essence = std::uint64_t;  // The digest's first bytes: a chance meeting needs 2^32 units.
  struct Stream {
    bool is_sound = false;
    std::uint64_t units = 0;
    std::deque<Essence> order;                         // The last `kept_`.
    std::unordered_map<Essence, std::uint64_t> known;  // The unit that had it last, by its number.
    // The piece that repeats now: how many units back, and what it held so far.
    std::uint64_t distance = 0;
    std::deque<Essence> piece;  // At most kSoundUnits.
    bool is_told = false;
  };

  void take_media(const evidence::MediaBody& media, Stream& stream, Report& report) const;
  static void note_repeat(const evidence::MediaBody& media, std::uint64_t old, Stream& stream,
                          Report& report);

  std::size_t kept_;
  StreamTable<Stream> streams_;
};

}  // namespace candor::rules
