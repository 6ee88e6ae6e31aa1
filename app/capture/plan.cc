// SPDX-License-Identifier: Apache-2.0
#include "app/capture/plan.h"

#include <utility>

#include "app/version.h"
#include "capture/local/alsa_source.h"
#include "capture/local/file_source.h"
#include "capture/local/v4l2_source.h"
#include "capture/rtsp/rtsp_source.h"

namespace candor::app {
namespace {

Label label_of(const config::Label& label) { return {.en = label.en, .zh = label.zh}; }

constexpr std::string_view kSubstream = "-sub";

TrackOptions track_options(const config::Config& config, const config::RoomConfig& room,
                           const config::SourceConfig& source, MediaKind media) {
  TrackOptions options;
  options.name = source.id + "-" + std::string(to_string(media));
  options.source = source.id;
  options.input = source.id;
  options.label = label_of(source.label);
  options.media = media;
  options.segment_min = config.limits.segment;
  options.unit_max = config.limits.unit;
  options.pre_roll = room.pre_roll;
  options.gop_bytes_max = static_cast<std::size_t>(config.limits.gop_cache_mib) << 20;
  options.pre_roll_bytes_max = static_cast<std::size_t>(config.limits.pre_roll_mib) << 20;
  return options;
}

capture::RtspOptions rtsp_options(const config::Config& config, const config::RtspConfig& rtsp) {
  return {.url = rtsp.url,
          .user = rtsp.user,
          .password = rtsp.password.reveal(),
          .ca_file = rtsp.ca_file,
          .fingerprint = rtsp.fingerprint,
          .connect_timeout = config.limits.connect_timeout,
          .media_timeout = config.limits.media_timeout};
}

SourceFactory rtsp_factory(capture::RtspOptions options, const Clock& clock) {
  return
      [options = std::move(options), &clock] { return capture::make_rtsp_source(options, clock); };
}

// The factory of each kind of source.
struct MakeFactory {
  const config::Config& config;
  const config::SourceConfig& source;
  const Clock& clock;

  SourceFactory operator()(const config::RtspConfig& rtsp) const {
    capture::RtspOptions options = rtsp_options(config, rtsp);
    options.picture = source.picture;
    options.sound = source.sound;
    return rtsp_factory(std::move(options), clock);
  }
  SourceFactory operator()(const config::V4l2Config& camera) const {
    capture::V4l2Options options;
    options.device = camera.device;
    options.width = static_cast<std::uint32_t>(camera.width);
    options.height = static_cast<std::uint32_t>(camera.height);
    options.frame_rate = static_cast<std::uint32_t>(camera.frame_rate);
    options.bitrate_kbps = static_cast<std::uint32_t>(camera.bitrate_kbps);
    options.media_timeout = config.limits.media_timeout;
    return [options = std::move(options), &clock = clock] {
      return capture::make_v4l2_source(options, clock);
    };
  }
  SourceFactory operator()(const config::AlsaConfig& microphone) const {
    capture::AlsaOptions options;
    options.device = microphone.device;
    options.sample_rate = static_cast<std::uint32_t>(microphone.sample_rate);
    options.channels = static_cast<std::uint32_t>(microphone.channels);
    options.media_timeout = config.limits.media_timeout;
    return [options = std::move(options), &clock = clock] {
      return capture::make_alsa_source(options, clock);
    };
  }
  SourceFactory operator()(const config::FileConfig& file) const {
    capture::FileOptions options;
    options.path = file.path;
    options.repeat = file.repeat;
    options.picture = source.picture;
    options.sound = source.sound;
    options.media_timeout = config.limits.media_timeout;
    return [options = std::move(options), &clock = clock] {
      return capture::make_file_source(options, clock);
    };
  }
};

SourceFactory factory_of(const config::Config& config, const config::SourceConfig& source,
                         const Clock& clock) {
  return std::visit(MakeFactory{.config = config, .source = source, .clock = clock}, source.origin);
}

// The smaller picture of the same camera, if there is one.
void add_substream(const config::Config& config, const config::RoomConfig& room,
                   const config::SourceConfig& source, const Clock& clock, RoomPlan& plan) {
  const auto* rtsp = std::get_if<config::RtspConfig>(&source.origin);
  if (rtsp == nullptr || rtsp->substream.empty()) {
    return;
  }
  TrackOptions track = track_options(config, room, source, MediaKind::kVideo);
  track.name = track.input = source.id + std::string(kSubstream);
  track.is_live_only = true;
  track.pre_roll = {};
  plan.options.tracks.push_back(std::move(track));
  capture::RtspOptions options = rtsp_options(config, *rtsp);
  options.url = rtsp->substream;
  options.sound = false;
  plan.sources.push_back({.name = source.id + std::string(kSubstream),
                          .factory = rtsp_factory(std::move(options), clock)});
}

RoomPlan room_plan(const config::Config& config, const config::RoomConfig& room,
                   const Clock& clock) {
  RoomPlan plan;
  plan.options.room = room.id;
  plan.options.name = label_of(room.name);
  plan.options.room_class = std::string(config::to_string(room.room_class));
  plan.options.needs_session = config::needs_session(room.room_class);
  plan.options.stall_after = config.limits.media_timeout;
  for (const config::SourceConfig& source : room.sources) {
    if (source.picture) {
      plan.options.tracks.push_back(track_options(config, room, source, MediaKind::kVideo));
    }
    if (source.sound) {
      plan.options.tracks.push_back(track_options(config, room, source, MediaKind::kAudio));
    }
    plan.sources.push_back({.name = source.id, .factory = factory_of(config, source, clock)});
  }
  // Behind all that is recorded: the recorder counts its streams from the front.
  for (const config::SourceConfig& source : room.sources) {
    add_substream(config, room, source, clock, plan);
  }
  return plan;
}  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): of std::function, which frees it.

SpaceLimits space_limits(const config::LimitsConfig& limits, std::uint64_t reserve_bytes) {
  constexpr double kBytesPerKbit = 1000.0 / 8;
  SpaceLimits space;
  space.warnings_h = limits.hours_left_warnings;
  space.window = limits.forecast;
  space.session_max = limits.session_max;
  space.margin_percent = limits.session_margin_percent;
  space.video_bytes_per_s = static_cast<double>(limits.expected_video_kbps) * kBytesPerKbit;
  space.audio_bytes_per_s = static_cast<double>(limits.expected_audio_kbps) * kBytesPerKbit;
  space.continuous_percent = limits.continuous_percent;
  space.continuous_quota_bytes = limits.continuous_quota_mib << 20;
  space.reserve_bytes = reserve_bytes;
  return space;
}

}  // namespace

HostPlan make_plan(const config::Config& config, const Clock& clock) {
  HostPlan plan;
  plan.host = config.capture.host;
  plan.site = config.site;
  plan.state_folder = config.capture.state;
  for (const config::VolumeConfig& volume : config.volumes) {
    plan.volumes.push_back({.name = volume.name,
                            .path = volume.path,
                            .may_share_device = volume.same_device,
                            .place = volume.path_at});
  }
  plan.recorder.copies.register_path = config.capture.state + "/copies.db";
  plan.recorder.authority = config.authority;
  plan.recorder.site = config.site;
  plan.recorder.software = std::string("candor-capture ") + std::string(kVersion);
  plan.recorder.config_digest = config.digest;
  plan.recorder.sync_interval = config.limits.sync_interval;
  plan.recorder.queue_bytes = static_cast<std::size_t>(config.limits.queue_mib) << 20;
  plan.space = space_limits(config.limits, plan.recorder.reserve_bytes);
  plan.reconnect_waits = config.limits.reconnect_waits;
  for (const config::RoomConfig& room : config.rooms) {
    plan.rooms.push_back(room_plan(config, room, clock));
  }
  for (const config::LawyerRoomConfig& room : config.lawyer_rooms) {
    plan.lawyer_rooms.push_back({.room = room.id, .name = label_of(room.name)});
  }
  return plan;
}

}  // namespace candor::app
