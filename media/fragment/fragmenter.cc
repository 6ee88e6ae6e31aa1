// SPDX-License-Identifier: Apache-2.0
#include "media/fragment/fragmenter.h"

#include <algorithm>
#include <utility>

#include "media/bmff/chunk_writer.h"

namespace candor::media {
namespace {

constexpr std::int64_t kAacFrameTicks = 1024;  // Where a source does not say how long a sample is.
constexpr std::int64_t kFirstGuessFrameRate = 25;
// Jitter of a camera's stamps and of rounding; below it nothing is corrected, so durations stay
// even.
constexpr std::int64_t kToleranceNs = 2'000'000;
// Further ahead of the source's clock, the lengths themselves are wrong: sound whose clock rate is
// announced too low. Then samples are as short as it takes.
constexpr std::int64_t kAheadNsMax = 1'000'000'000;
// Sound is stretched by at most 1/64 a frame: time stamps move, samples do not.
constexpr std::int64_t kAudioCorrectionShare = 64;

std::int64_t first_nominal(const MediaFormat& format) {
  return format.kind == MediaKind::kAudio ? kAacFrameTicks
                                          : format.timescale / kFirstGuessFrameRate;
}

}  // namespace

Fragmenter::Fragmenter(RunClock run_clock, const MediaFormat& format, FragmenterOptions options)
    : run_clock_(run_clock),
      kind_(format.kind),
      timescale_(format.timescale),
      unit_max_(ns_to_ticks(options.unit_max.count(), format.timescale)),
      hole_min_(ns_to_ticks(options.hole_min.count(), format.timescale)),
      tolerance_(ns_to_ticks(kToleranceNs, format.timescale)),
      ahead_max_(ns_to_ticks(kAheadNsMax, format.timescale)),
      samples_per_chunk_(format.kind == MediaKind::kAudio ? options.audio_samples_per_chunk : 1),
      timeline_(run_clock, format.timescale),
      nominal_(first_nominal(format)) {}

void Fragmenter::not_before(std::int64_t decode_time) { end_ = std::max(end_, decode_time); }

ChunkPtr Fragmenter::push(Sample sample) {
  if (!started_ && !sample.sync) {
    ++dropped_before_sync_;
    return nullptr;
  }
  Placed placed = place(std::move(sample));
  ChunkPtr finished;
  // A chunk is contiguous: what was held before a hole goes out alone.
  if (placed.discontinuity && !held_.empty()) {
    finished = make_chunk();
  }
  held_.push_back(std::move(placed));
  if (finished == nullptr && held_.size() >= samples_per_chunk_) {
    finished = make_chunk();
  }
  return finished;
}

ChunkPtr Fragmenter::flush() { return held_.empty() ? nullptr : make_chunk(); }

std::int64_t Fragmenter::nominal_duration(const Sample& sample) {
  if (sample.duration > 0) {
    nominal_ = sample.duration;
  } else if (kind_ == MediaKind::kVideo && started_) {
    const std::int64_t step = sample.source_ticks - last_source_ticks_;
    // A step outside 2 to 240 frames a second is a hole or a fault, not a frame rate.
    if (step >= timescale_ / 240 && step <= timescale_ / 2 && sample.lost_packets == 0) {
      nominal_ = step;
    }
  }
  last_source_ticks_ = sample.source_ticks;
  return nominal_;
}

Fragmenter::Placed Fragmenter::place(Sample sample) {
  if (sample.discontinuity) {
    timeline_.restart();
  }
  // By the instant of presentation: with B-frames, too, that is what sound is heard with.
  const std::int64_t offset = sample.composition_offset;
  const std::int64_t clock_time =
      timeline_.place(sample.source_ticks + offset, sample.arrival) - offset;
  const std::int64_t nominal = nominal_duration(sample);
  const std::int64_t error = clock_time - end_;
  Placed placed;
  const bool lost_time = sample.lost_packets > 0 && error > nominal / 2;
  placed.discontinuity = !started_ || error > hole_min_ || lost_time;
  placed.decode_time = placed.discontinuity ? std::max(end_, clock_time) : end_;
  placed.duration = nominal;
  if (!placed.discontinuity && std::abs(error) > tolerance_) {
    const std::int64_t share = kind_ == MediaKind::kAudio ? kAudioCorrectionShare : 2;
    const std::int64_t longest = kind_ == MediaKind::kAudio ? nominal / share : hole_min_;
    const std::int64_t shortest = error < -ahead_max_ ? 1 : nominal - nominal / share;
    placed.duration = std::clamp(nominal + error, shortest, nominal + longest);
  }
  end_ = placed.decode_time + placed.duration;
  started_ = true;
  placed.sample = std::move(sample);
  return placed;
}

bool Fragmenter::starts_unit(const Placed& first) {
  const bool key_frame = kind_ == MediaKind::kVideo && first.sample.sync;
  const bool starts = key_frame || first.discontinuity || sequence_ == 0 ||
                      first.decode_time - unit_start_ >= unit_max_;
  if (starts) {
    unit_start_ = first.decode_time;
  }
  return starts;
}

ChunkPtr Fragmenter::make_chunk() {
  auto chunk = std::make_shared<Chunk>();
  const Placed& first = held_.front();
  chunk->starts_unit = starts_unit(first);
  chunk->decode_time = first.decode_time;
  chunk->timescale = timescale_;
  chunk->sequence = ++sequence_;
  chunk->lost_packets = first.sample.lost_packets;
  chunk->sync = first.sample.sync;
  chunk->discontinuity = first.discontinuity;
  chunk->capture_source =
      first.sample.capture.ns == 0 ? CaptureSource::kArrival : first.sample.capture_source;
  chunk->capture =
      first.sample.capture.ns == 0 ? run_clock_.utc_at(first.sample.arrival) : first.sample.capture;
  std::vector<bmff::ChunkSample> samples;
  samples.reserve(held_.size());
  for (const Placed& placed : held_) {
    samples.push_back({.data = placed.sample.data,
                       .duration = static_cast<std::uint32_t>(placed.duration),
                       .composition_offset = placed.sample.composition_offset,
                       .sync = placed.sample.sync});
    chunk->sample_sizes.push_back(static_cast<std::uint32_t>(placed.sample.data.size()));
    chunk->duration += placed.duration;
  }
  bmff::WrittenChunk written = bmff::write_chunk(
      {.sequence = chunk->sequence, .decode_time = chunk->decode_time, .capture = chunk->capture},
      samples);
  chunk->bytes = std::move(written.bytes);
  chunk->mdat_payload = written.mdat_payload;
  held_.clear();
  return chunk;
}

}  // namespace candor::media
