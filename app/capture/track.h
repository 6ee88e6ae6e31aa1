// SPDX-License-Identifier: Apache-2.0
// One stream of a room in memory: its fragmenter, the last GOP for instant start, the pre-roll.
// Decides where segments are cut; what is recorded is decided by the room.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "app/capture/feed.h"
#include "core/media.h"
#include "core/result.h"
#include "media/fragment/fragmenter.h"
#include "media/fragment/run_clock.h"
#include "storage/write/recorder.h"

namespace candor::app {

struct TrackOptions {
  std::string name;           // "<source>-video", "<source>-audio" or "<source>-sub".
  std::string source;         // As configured.
  std::string input;          // The source plan that delivers it.
  bool is_live_only = false;  // A substream: shown, never recorded.
  Label label;
  MediaKind media = MediaKind::kVideo;
  std::chrono::nanoseconds segment_min{std::chrono::seconds(60)};
  std::chrono::nanoseconds unit_max{std::chrono::seconds(1)};
  std::chrono::nanoseconds pre_roll{0};  // 0: only the last GOP is kept.
  std::size_t gop_bytes_max = std::size_t{8} << 20;
  std::size_t pre_roll_bytes_max = std::size_t{128} << 20;
};

/// Chunks that follow each other, bounded in time and bytes; drops whole GOPs from the front.
class ChunkRing {
 public:
  ChunkRing(std::chrono::nanoseconds duration_max, std::size_t bytes_max)
      : duration_max_(duration_max), bytes_max_(bytes_max) {}

  void push(const ChunkPtr& chunk);
  void clear();
  [[nodiscard]] const std::deque<ChunkPtr>& chunks() const { return chunks_; }

 private:
  void drop_first_gop();
  [[nodiscard]] bool may_drop_first_gop() const;

  std::chrono::nanoseconds duration_max_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::deque<ChunkPtr> chunks_;
};

/// Guarded by the room's mutex.
class Track {
 public:
  Track(TrackOptions options, storage::StreamKey key, Uuid stream, UtcTime recorded_end,
        std::uint32_t channel);

  /// True when the sample's format is not that of the chunks before: flush() comes first.
  [[nodiscard]] bool changes_format(const Sample& sample) const;

  /// Takes a sample; gives a chunk when one is complete. A changed format makes a new init and cuts
  /// the file; time goes on. Errors: kInvalidArgument, kInternal: the format cannot be packaged.
  [[nodiscard]] Result<ChunkPtr> take(Sample sample, media::RunClock run_clock);

  /// The chunk of what the fragmenter holds back; the next sample begins a new run. Null if there
  /// is none.
  [[nodiscard]] ChunkPtr end_run();
  [[nodiscard]] ChunkPtr flush();

  /// Keeps a chunk for instant start.
  void remember_live(const ChunkPtr& chunk) { live_.push(chunk); }
  void remember_pre_roll(const ChunkPtr& chunk) { pre_roll_.push(chunk); }
  [[nodiscard]] std::deque<ChunkPtr> take_pre_roll();
  void forget_live() { live_.clear(); }

  /// True when the file must be cut before this chunk; remembers the cut.
  [[nodiscard]] bool starts_segment(const Chunk& chunk);
  /// The next recorded chunk begins a segment, whatever its time.
  void cut() { must_cut_ = true; }

  [[nodiscard]] const TrackOptions& options() const { return options_; }
  [[nodiscard]] storage::StreamKey key() const { return key_; }
  [[nodiscard]] const Uuid& stream() const { return stream_; }
  [[nodiscard]] std::uint32_t channel() const { return channel_; }
  [[nodiscard]] const InitSegmentPtr& init() const { return init_; }
  [[nodiscard]] const std::deque<ChunkPtr>& live() const { return live_.chunks(); }
  [[nodiscard]] bool is_recorded() const { return !options_.is_live_only; }

  // Set and read by the room.
  bool is_lost = true;
  UtcTime changed;  // When is_lost last changed.
  std::string lost_cause = "camera-offline";
  BootTime last_sample;
  bool waits_for_sync = false;  // After an overload: nothing is recorded before the next key frame.
  bool is_refused = false;      // For want of space: nothing is recorded before the next key frame.
  bool is_announced = false;    // Live readers know its init.
  std::uint64_t chunks_seen = 0;
  std::uint64_t bytes_seen = 0;

 private:
  [[nodiscard]] Result<void> begin_format(const MediaFormatPtr& format);

  TrackOptions options_;
  storage::StreamKey key_;
  Uuid stream_;
  UtcTime recorded_end_;
  std::uint32_t channel_;
  std::optional<media::Fragmenter> fragmenter_;
  InitSegmentPtr init_;
  ChunkRing live_;
  ChunkRing pre_roll_;
  std::int64_t segment_start_ = 0;
  bool must_cut_ = true;
};

}  // namespace candor::app
