// SPDX-License-Identifier: Apache-2.0
// Samples to chunks: judges time stamps, finds holes, cuts units. Where a segment is cut and what
// is recorded is decided by the room (app/capture).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/media.h"
#include "media/fragment/run_clock.h"
#include "media/fragment/source_timeline.h"

namespace candor::media {

struct FragmenterOptions {
  std::chrono::nanoseconds unit_max{
      std::chrono::seconds(1)};  // A unit ends at a key frame or after this.
  std::chrono::nanoseconds hole_min{std::chrono::milliseconds(200)};  // A longer hole is a gap.
  std::size_t audio_samples_per_chunk = 2;
};

/// One stream of one try at a source.
///
/// The time of a sample is the end of the one before, as long as the source's clock agrees: then
/// nothing is missing between them. A hole of more than hole_min, or lost packets, make a
/// discontinuity: decode_time follows the source's clock and the recorder writes a gap. Smaller
/// differences are taken up by the duration of one sample, so time is never closed up and never
/// overlaps (docs/design/time.md). However wrong a source's clock or its announced rate is, time
/// stays within about ten seconds of the arrivals.
///
/// Thread: the source's.
class Fragmenter {
 public:
  Fragmenter(RunClock run_clock, const MediaFormat& format, FragmenterOptions options);

  /// Chunks never begin before this instant: where the stream's recording stands already.
  void not_before(std::int64_t decode_time);

  /// The samples that follow have another format of the same timescale: time goes on, a unit and
  /// the chunk numbers begin. flush() comes first.
  void begin_format() { sequence_ = 0; }
  [[nodiscard]] std::uint32_t timescale() const { return timescale_; }

  /// Takes one sample; returns a chunk when one is complete. Samples before the first sync sample
  /// are dropped.
  [[nodiscard]] ChunkPtr push(Sample sample);

  /// The chunk of what is still held back (an odd audio frame), or null.
  [[nodiscard]] ChunkPtr flush();

  /// End of the last sample taken, in ticks; 0 before the first.
  [[nodiscard]] std::int64_t end() const { return end_; }
  [[nodiscard]] std::uint64_t dropped_before_sync() const { return dropped_before_sync_; }

 private:
  struct Placed {
    Sample sample;
    std::int64_t decode_time = 0;
    std::int64_t duration = 0;
    bool discontinuity = false;
  };

  [[nodiscard]] Placed place(Sample sample);
  [[nodiscard]] std::int64_t nominal_duration(const Sample& sample);
  [[nodiscard]] ChunkPtr make_chunk();
  [[nodiscard]] bool starts_unit(const Placed& first);

  const RunClock run_clock_;
  const MediaKind kind_;
  const std::uint32_t timescale_;
  const std::int64_t unit_max_;
  const std::int64_t hole_min_;
  const std::int64_t tolerance_;
  const std::int64_t ahead_max_;
  const std::size_t samples_per_chunk_;
  SourceTimeline timeline_;
  std::vector<Placed> held_;
  std::int64_t end_ = 0;
  std::int64_t unit_start_ = 0;
  std::int64_t last_source_ticks_ = 0;
  std::int64_t nominal_ = 0;
  std::uint32_t sequence_ = 0;
  std::uint64_t dropped_before_sync_ = 0;
  bool started_ = false;
};

}  // namespace candor::media
