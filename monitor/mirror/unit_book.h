// SPDX-License-Identifier: Apache-2.0
// What people watched, against what the logs say was recorded: units by stream and decode time. Who
// hashes them is monitor/content_check.h, who reads the logs is mirrored_log.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/sync.h"
#include "core/time.h"
#include "evidence/entry.h"

namespace candor::mirror {

/// A watched unit must be in the log within this time.
inline constexpr std::chrono::seconds kUnitPatience{15};
/// Units and gaps of a stream that are remembered: four minutes. What is older is not compared.
inline constexpr std::size_t kUnitsKept = 256;
inline constexpr std::size_t kBookStreamsMax = 4096;

/// A unit as it came over the feed, whole.
struct WatchedUnit {
  std::string room;
  Uuid stream;
  std::int64_t decode_time = 0;  // Ticks.
  std::uint64_t bytes = 0;
  evidence::Digest digest{};
};

/// What was watched and is not what the log says.
struct Discrepancy {
  std::string kind;  // "digest-mismatch", "undeclared-gap".
  std::string room;
  UtcTime seen;
  std::string detail;
};

/// Thread: any.
class UnitBook {
 public:
  explicit UnitBook(const Clock& clock) : clock_(clock) {}

  /// A MEDIA entry.
  void note_logged(const evidence::MediaBody& media) EXCLUDES(mutex_);
  /// GAP-OPEN or GAP-CLOSE: from there to there nothing is vouched for.
  void note_gap(const Uuid& stream, std::int64_t from, std::int64_t to) EXCLUDES(mutex_);
  /// The logs of this room are read up to now: who waits for an entry may be told that there is
  /// none.
  void note_read(const std::string& room) EXCLUDES(mutex_);

  void note_watched(const WatchedUnit& unit) EXCLUDES(mutex_);

  /// What was found so far in a room, each once.
  [[nodiscard]] std::vector<Discrepancy> take(const std::string& room) EXCLUDES(mutex_);

  struct Counts {
    std::uint64_t equal = 0;
    std::uint64_t different = 0;
    std::uint64_t missing = 0;
  };
  [[nodiscard]] Counts counts() const EXCLUDES(mutex_);

 private:
  struct Logged {
    std::int64_t decode_time = 0;
    std::int64_t duration = 0;
    std::uint64_t bytes = 0;
    evidence::Digest digest{};
  };
  struct Gap {
    std::int64_t from = 0;
    std::int64_t to = 0;
  };
  struct Waiting {
    WatchedUnit unit;
    BootTime since;
  };
  struct Stream {
    std::deque<Logged> logged;
    std::deque<Gap> gaps;
    std::deque<Waiting> waiting;
  };

  [[nodiscard]] Stream* find_or_add(const Uuid& stream) REQUIRES(mutex_);
  void compare(Stream& stream, const WatchedUnit& unit, const Logged& logged) REQUIRES(mutex_);
  [[nodiscard]] static bool has_gap_at(const Stream& stream, std::int64_t begin, std::int64_t end);
  void look_for_missing(Stream& stream, const std::string& room) REQUIRES(mutex_);
  void tell(const WatchedUnit& unit, std::string kind, std::string detail) REQUIRES(mutex_);

  const Clock& clock_;
  mutable Mutex mutex_;
  std::map<Uuid, Stream> streams_ GUARDED_BY(mutex_);
  std::vector<Discrepancy> found_ GUARDED_BY(mutex_);
  Counts counts_ GUARDED_BY(mutex_);
};

}  // namespace candor::mirror
