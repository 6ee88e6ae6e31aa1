// SPDX-License-Identifier: Apache-2.0
// Rule 8: the source's clock goes as media time does. A camera whose clock is set is told; a piece
// that was closed up while the source's clock went on is a fault.
#pragma once

#include <cstdint>
#include <optional>

#include "evidence/rules/seen_entry.h"

namespace candor::rules {

/// From one window of units to the next, the least difference may change by so much.
inline constexpr std::int64_t kCaptureStepNs = 2'000'000'000;
/// A source that is wrong by more than this is told once a run.
inline constexpr std::int64_t kCaptureWrongNs = 60'000'000'000;
inline constexpr int kCaptureWindowUnits = 20;

/// One thread.
class CaptureRule {
 public:
  void take(const SeenEntry& entry, Report& report);

 private:
  // The source's time of a unit minus its place on the media timeline, ns. What came late has more:
  // the least of a window counts.
  struct Run {
    int units = 0;
    std::int64_t least = 0;
    std::optional<std::int64_t> before;  // Of the window before.
    CaptureSource source = CaptureSource::kArrival;
    bool is_wrong_told = false;
  };
  struct Stream {
    std::optional<Run> run;
  };

  static void take_media(const evidence::MediaBody& media, Stream& stream, Report& report);
  static void end_window(const Uuid& id, Run& run, Report& report);

  StreamTable<Stream> streams_;
};

}  // namespace candor::rules
