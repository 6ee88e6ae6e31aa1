// SPDX-License-Identifier: Apache-2.0
#include "capture/local/sample_reader.h"

#include <utility>

#include "capture/local/nal_units.h"
#include "capture/rtsp/depacketizer.h"
#include "capture/rtsp/sequence_facts.h"
#include "core/big_endian.h"

namespace candor::local {
namespace {

constexpr std::uint32_t kOpusRate = 48000;
constexpr std::uint32_t kAacFrameTicks = 1024;
constexpr std::uint8_t kH264Sps = 7;
constexpr std::size_t kFirstSetAt = 8;  // In an avcC: behind the length of its first set.

bool is_video(Codec codec) { return kind_of(codec) == MediaKind::kVideo; }

std::uint32_t number(const GstStructure* structure, const char* field) {
  gint value = 0;
  gst_structure_get_int(structure, field, &value);
  return value > 0 ? static_cast<std::uint32_t>(value) : 0;
}

Bytes codec_data(const GstStructure* structure) {
  const GValue* value = gst_structure_get_value(structure, "codec_data");
  GstBuffer* buffer = value == nullptr ? nullptr : gst_value_get_buffer(value);
  Bytes bytes(buffer == nullptr ? 0 : gst_buffer_get_size(buffer));
  if (buffer != nullptr) {
    gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
  }
  return bytes;
}

// How many frames may be out of order, as the first sequence parameter set of an avcC says.
std::optional<std::uint32_t> reorder_frames(Codec codec, const Bytes& config) {
  if (codec != Codec::kH264 || config.size() < kFirstSetAt ||
      (config[kFirstSetAt] & 0x1F) != kH264Sps) {
    return std::nullopt;
  }
  const std::size_t size = get_be<std::uint16_t>(&config[kFirstSetAt - 2]);
  const ByteView set = ByteView(config).subspan(kFirstSetAt);
  const auto facts = rtsp::read_h264_sequence(set.first(std::min(size, set.size())));
  return facts.has_value() ? facts->reorder_frames : std::nullopt;
}

std::optional<std::int64_t> running_time(const GstSegment* segment, GstClockTime at) {
  if (!GST_CLOCK_TIME_IS_VALID(at)) {
    return std::nullopt;
  }
  guint64 time = 0;
  const gint sign = gst_segment_to_running_time_full(segment, GST_FORMAT_TIME, at, &time);
  return sign == 0 ? std::nullopt : std::optional(sign * static_cast<std::int64_t>(time));
}

// GStreamer's times are cut to whole nanoseconds: the nearest tick is the one that was meant.
std::int64_t nearest_tick(std::int64_t ns, std::uint32_t timescale) {
  constexpr std::int64_t kHalfSecondNs = 500'000'000;
  return ns_to_ticks(ns + kHalfSecondNs / timescale, timescale);
}

// Ticks of sound in one sample; 0 when its bytes do not say.
std::uint32_t sound_duration(const MediaFormat& format, ByteView data) {
  switch (format.codec) {
    case Codec::kOpus:
      return rtsp::opus_duration(data);
    case Codec::kAlaw:
    case Codec::kUlaw:
      return static_cast<std::uint32_t>(data.size() / format.channels);
    case Codec::kAac:
      return kAacFrameTicks;
    default:
      return 0;
  }
}

}  // namespace

Result<MediaFormatPtr> format_of(Codec codec, const GstCaps& caps) {
  const GstStructure* structure = gst_caps_get_structure(&caps, 0);
  auto format = std::make_shared<MediaFormat>();
  format->codec = codec;
  format->kind = kind_of(codec);
  format->codec_config = codec_data(structure);
  if (is_video(codec)) {
    format->timescale = rtsp::kVideoClockRate;
    format->width = number(structure, "width");
    format->height = number(structure, "height");
  } else {
    format->channels = number(structure, "channels");
    format->sample_rate = codec == Codec::kOpus ? kOpusRate : number(structure, "rate");
    format->timescale = format->sample_rate;
    if (codec == Codec::kOpus) {
      format->codec_config = rtsp::opus_head(format->channels);
    }
  }
  const bool has_shape = is_video(codec) ? format->width > 0 && format->height > 0
                                         : format->channels > 0 && format->sample_rate > 0;
  const bool has_config =
      !format->codec_config.empty() || codec == Codec::kAlaw || codec == Codec::kUlaw;
  if (!has_shape || !has_config || format->channels > 2) {
    return fail(ErrorKind::kUnsupported,
                "its " + std::string(to_string(codec)) + " has a form that cannot be recorded");
  }
  return format;
}

Result<ReadSample> SampleReader::read(GstSample* taken, std::int64_t offset_ns) {
  CANDOR_CHECK(take_caps(gst_sample_get_caps(taken)));
  const auto times = times_of(taken);
  GstBuffer* buffer = gst_sample_get_buffer(taken);
  if (buffer == nullptr || !times.has_value()) {
    return fail(ErrorKind::kDataLoss, "a sample without a time");
  }
  ReadSample read;
  CANDOR_CHECK(fill(buffer, read.sample));
  read.sample.format = format_;
  read.decode_ns = times->decode_ns + offset_ns;
  const auto shown = nearest_tick(times->presentation_ns + offset_ns, format_->timescale);
  read.sample.source_ticks = nearest_tick(read.decode_ns, format_->timescale);
  read.sample.composition_offset = static_cast<std::int32_t>(shown - read.sample.source_ticks);
  if (is_video(codec_)) {
    const GstClockTime duration = GST_BUFFER_DURATION(buffer);
    read.duration_ns = GST_CLOCK_TIME_IS_VALID(duration) ? static_cast<std::int64_t>(duration) : 0;
  } else {
    read.sample.duration = sound_duration(*format_, read.sample.data);
    read.duration_ns = ticks_to_ns(read.sample.duration, format_->timescale);
  }
  return read;
}

Result<void> SampleReader::take_caps(GstCaps* caps) {
  if (caps == nullptr) {
    return fail(ErrorKind::kUnsupported, "samples without a format");
  }
  if (caps_ != nullptr && (caps == caps_.get() || gst_caps_is_equal(caps, caps_.get()) == TRUE)) {
    return {};
  }
  CANDOR_TRY(MediaFormatPtr format, format_of(codec_, *caps));
  caps_.reset(gst_caps_ref(caps));
  if (is_video(codec_)) {
    CANDOR_TRY(length_bytes_, length_bytes_of(codec_, format->codec_config));
    auto changed = std::make_shared<MediaFormat>(*format);
    changed->codec_config = with_four_length_bytes(codec_, format->codec_config);
    reorder_frames_ = reorder_frames(codec_, changed->codec_config);
    format = std::move(changed);
  }
  if (format_ == nullptr || *format_ != *format) {
    format_ = std::move(format);  // Encoders change details of caps that are no part of a format.
  }
  return {};
}

Result<void> SampleReader::fill(GstBuffer* buffer, Sample& sample) const {
  GstMapInfo map{};
  if (gst_buffer_map(buffer, &map, GST_MAP_READ) == FALSE) {
    return fail(ErrorKind::kDataLoss, "a sample that cannot be read");
  }
  const ByteView bytes(map.data, map.size);
  Result<void> result;
  if (is_video(codec_)) {
    auto unit = read_access_unit(codec_, bytes, length_bytes_);
    if (unit.has_value()) {
      sample.data = std::move(unit->data);
      sample.sync = unit->sync;
    } else {
      result = fail(std::move(unit.error()));
    }
  } else {
    sample.data.assign(bytes.begin(), bytes.end());
    sample.sync = true;
  }
  gst_buffer_unmap(buffer, &map);
  return result;
}

std::optional<SampleReader::Times> SampleReader::times_of(GstSample* taken) {
  const GstBuffer* buffer = gst_sample_get_buffer(taken);
  const GstSegment* segment = gst_sample_get_segment(taken);
  if (buffer == nullptr || segment == nullptr) {
    return std::nullopt;
  }
  const auto shown = running_time(segment, GST_BUFFER_PTS(buffer));
  const auto decoded = running_time(segment, GST_BUFFER_DTS(buffer));
  if (!shown.has_value()) {
    return std::nullopt;
  }
  if (!is_video(codec_)) {
    return Times{.decode_ns = *shown, .presentation_ns = *shown};
  }
  if (decoded.has_value()) {
    return Times{.decode_ns = *decoded, .presentation_ns = *shown};
  }
  const auto placed = decode_order_.place(nearest_tick(*shown, rtsp::kVideoClockRate),
                                          reorder_frames_, std::exchange(is_restarted_, false));
  return Times{.decode_ns = ticks_to_ns(placed.decode_ticks, rtsp::kVideoClockRate),
               .presentation_ns = *shown};
}

}  // namespace candor::local
