// SPDX-License-Identifier: Apache-2.0
#include "app/capture/track.h"

#include <algorithm>
#include <utility>

#include "media/fragment/init_segment.h"

namespace candor::app {
namespace {

using namespace std::chrono_literals;

// Sound has no GOPs: as much of it is kept as a long GOP lasts.
constexpr std::chrono::nanoseconds kAudioLiveDuration = 3s;

std::chrono::nanoseconds live_duration(MediaKind media) {
  return media == MediaKind::kAudio ? kAudioLiveDuration : 0ns;
}

}  // namespace

std::string_view to_string(RoomState state) {
  switch (state) {
    case RoomState::kPrivate:
      return "private";
    case RoomState::kIdle:
      return "idle";
    case RoomState::kReady:
      return "ready";
    case RoomState::kRecording:
      return "recording";
    case RoomState::kInterrupted:
      return "interrupted";
    case RoomState::kFault:
      return "fault";
  }
  return "fault";
}

void ChunkRing::push(const ChunkPtr& chunk) {
  if (chunks_.empty() && !chunk->sync) {
    return;  // Nothing can be decoded without the key frame before it.
  }
  chunks_.push_back(chunk);
  bytes_ += chunk->bytes.size();
  while (may_drop_first_gop()) {
    drop_first_gop();
  }
  if (bytes_ > bytes_max_) {
    clear();  // A GOP larger than the limit: wait for the next key frame.
  }
}

void ChunkRing::clear() {
  chunks_.clear();
  bytes_ = 0;
}

bool ChunkRing::may_drop_first_gop() const {
  const auto next = std::find_if(chunks_.begin() + 1, chunks_.end(),
                                 [](const ChunkPtr& chunk) { return chunk->sync; });
  if (next == chunks_.end()) {
    return false;
  }
  const Chunk& last = *chunks_.back();
  const std::int64_t kept_ns =
      ticks_to_ns(last.decode_time + last.duration - (*next)->decode_time, last.timescale);
  return kept_ns >= duration_max_.count() || bytes_ > bytes_max_;
}

void ChunkRing::drop_first_gop() {
  do {
    bytes_ -= chunks_.front()->bytes.size();
    chunks_.pop_front();
  } while (!chunks_.front()->sync);
}

Track::Track(TrackOptions options, storage::StreamKey key, Uuid stream, UtcTime recorded_end,
             std::uint32_t channel)
    : options_(std::move(options)),
      key_(key),
      stream_(stream),
      recorded_end_(recorded_end),
      channel_(channel),
      live_(live_duration(options_.media), options_.gop_bytes_max),
      pre_roll_(options_.pre_roll, options_.pre_roll_bytes_max) {}

bool Track::changes_format(const Sample& sample) const {
  return init_ != nullptr && *init_->format != *sample.format;
}

Result<void> Track::begin_format(const MediaFormatPtr& format) {
  CANDOR_TRY(init_, media::make_init_segment(format));
  if (fragmenter_.has_value() && fragmenter_->timescale() == format->timescale) {
    fragmenter_->begin_format();
  } else {
    fragmenter_.reset();
  }
  live_.clear();
  pre_roll_.clear();
  is_announced = false;
  must_cut_ = true;
  return {};
}

Result<ChunkPtr> Track::take(Sample sample, media::RunClock run_clock) {
  if (init_ == nullptr || changes_format(sample)) {
    CANDOR_CHECK(begin_format(sample.format));
  }
  if (!fragmenter_.has_value()) {
    fragmenter_.emplace(run_clock, *init_->format,
                        media::FragmenterOptions{.unit_max = options_.unit_max});
    // One tick more than what was rounded down: times never overlap.
    fragmenter_->not_before(ns_to_ticks(recorded_end_.ns, init_->format->timescale) + 1);
  }
  bytes_seen += sample.data.size();
  ChunkPtr chunk = fragmenter_->push(std::move(sample));
  const std::int64_t end_ns = ticks_to_ns(fragmenter_->end(), init_->format->timescale);
  recorded_end_.ns = std::max(recorded_end_.ns, end_ns);
  chunks_seen += chunk == nullptr ? 0 : chunk->sample_sizes.size();
  return chunk;
}

ChunkPtr Track::flush() { return fragmenter_.has_value() ? fragmenter_->flush() : nullptr; }

ChunkPtr Track::end_run() {
  ChunkPtr last = flush();
  fragmenter_.reset();
  live_.clear();
  pre_roll_.clear();
  must_cut_ = true;
  return last;
}

std::deque<ChunkPtr> Track::take_pre_roll() {
  std::deque<ChunkPtr> chunks = pre_roll_.chunks();
  pre_roll_.clear();
  return chunks;
}

bool Track::starts_segment(const Chunk& chunk) {
  const std::int64_t segment_min = ns_to_ticks(options_.segment_min.count(), chunk.timescale);
  const bool starts =
      must_cut_ || (chunk.sync && chunk.decode_time - segment_start_ >= segment_min);
  if (starts) {
    must_cut_ = false;
    segment_start_ = chunk.decode_time;
  }
  return starts;
}

}  // namespace candor::app
