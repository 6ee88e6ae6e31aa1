// SPDX-License-Identifier: Apache-2.0
#include "tests/crash/power/clip_stream.h"

#include <memory>
#include <utility>

#include "bench/camsim/clip.h"
#include "core/big_endian.h"
#include "media/fragment/init_segment.h"

namespace candor::crash {
namespace {

constexpr std::uint32_t kPictureTimescale = 90'000;
constexpr std::int64_t kPictureTicks = 3600;  // 25 pictures a second.

Bytes joined(const std::vector<Bytes>& nals) {
  Bytes sample;
  for (const Bytes& nal : nals) {
    const std::size_t at = sample.size();
    sample.resize(at + 4);
    put_be(&sample[at], static_cast<std::uint32_t>(nal.size()));
    sample.insert(sample.end(), nal.begin(), nal.end());
  }
  return sample;
}

}  // namespace

Result<ClipStream> ClipStream::open(MediaKind kind, const std::string& path) {
  ClipStream stream;
  CANDOR_CHECK(kind == MediaKind::kVideo ? stream.load_picture(path) : stream.load_sound(path));
  return stream;
}

Result<void> ClipStream::load_picture(const std::string& path) {
  CANDOR_TRY(camsim::VideoClip clip, camsim::load_video_clip(path));
  auto format = std::make_shared<MediaFormat>();
  format->codec = clip.codec;
  format->timescale = kPictureTimescale;
  format->width = 640;
  format->height = 360;
  format->codec_config = clip.config;
  for (const camsim::AccessUnit& unit : clip.units) {
    units_.push_back({.data = joined(unit.nals), .is_key = unit.key});
  }
  unit_ticks_ = kPictureTicks;
  CANDOR_TRY(init_, media::make_init_segment(format));
  return {};
}

Result<void> ClipStream::load_sound(const std::string& path) {
  CANDOR_TRY(camsim::AudioClip clip, camsim::load_audio_clip(path));
  auto format = std::make_shared<MediaFormat>();
  format->kind = MediaKind::kAudio;
  format->codec = clip.codec;
  format->timescale = format->sample_rate = clip.sample_rate;
  format->channels = clip.channels;
  format->codec_config = clip.config;
  for (Bytes& frame : clip.frames) {
    units_.push_back({.data = std::move(frame), .is_key = true});
  }
  unit_ticks_ = clip.samples_per_frame;
  CANDOR_TRY(init_, media::make_init_segment(format));
  return {};
}

UtcTime ClipStream::first_key_after(UtcTime time) const {
  return time_of(first_key_at({time.ns + 1}));
}

void ClipStream::begin(UtcTime from) {
  const MediaFormat& format = *init_->format;
  // Arrivals are given in UTC: the run's clock changes nothing.
  fragmenter_.emplace(media::RunClock(UtcTime{0}, BootTime{0}), format, media::FragmenterOptions{});
  is_new_ = false;
  next_ = first_key_at(from);
}

void ClipStream::skip_to(UtcTime to) {
  is_new_ = true;
  next_ = first_key_at(to);
}

std::int64_t ClipStream::first_key_at(UtcTime time) const {
  std::int64_t number = ns_to_ticks(time.ns, init_->format->timescale) / unit_ticks_;
  while (time_of(number) < time || !unit(number).is_key) {
    ++number;
  }
  return number;
}

ChunkPtr ClipStream::next(UtcTime now) {
  while (time_of(next_ + 1) <= now) {
    ChunkPtr chunk = fragmenter_->push(sample());
    is_new_ = false;
    ++next_;
    if (chunk != nullptr) {
      return chunk;
    }
  }
  return nullptr;
}

const ClipStream::Unit& ClipStream::unit(std::int64_t number) const {
  return units_[static_cast<std::size_t>(number) % units_.size()];
}

UtcTime ClipStream::time_of(std::int64_t number) const {
  return {ticks_to_ns(number * unit_ticks_, init_->format->timescale)};
}

Sample ClipStream::sample() const {
  Sample sample;
  sample.format = init_->format;
  sample.data = unit(next_).data;
  sample.source_ticks = next_ * unit_ticks_;
  sample.arrival = {time_of(next_).ns};
  sample.sync = unit(next_).is_key;
  sample.discontinuity = is_new_;
  return sample;
}

}  // namespace candor::crash
