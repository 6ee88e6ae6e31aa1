// SPDX-License-Identifier: Apache-2.0
// The sources push when asked; the server's sinks keep the pace.
#include "bench/gst_camera/looping_media.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <fmt/core.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <gst/rtsp-server/rtsp-server.h>

#include "bench/camsim/clip.h"
#include "core/big_endian.h"
#include "core/bytes.h"

namespace candor::gstcam {
namespace {

constexpr guint64 kFramesPerSecond = 25;
constexpr const char* kTracksKey = "candor-tracks";

struct Tracks {
  LoopingTrackPtr picture;
  LoopingTrackPtr sound;
};

/// Where one source of one media stands. Thread: that source's streaming thread.
struct Feeder {
  LoopingTrackPtr track;
  guint64 next;
};

void push_next(GstAppSrc* source, guint /*wanted_bytes*/, gpointer user) noexcept {
  auto* feeder = static_cast<Feeder*>(user);
  const LoopingTrack& track = *feeder->track;
  const Bytes& unit = track.units[feeder->next % track.units.size()];
  GstBuffer* buffer = gst_buffer_new_memdup(unit.data(), unit.size());
  GST_BUFFER_PTS(buffer) = track.begin_of(feeder->next);
  GST_BUFFER_DTS(buffer) = GST_BUFFER_PTS(buffer);
  GST_BUFFER_DURATION(buffer) = track.begin_of(feeder->next + 1) - GST_BUFFER_PTS(buffer);
  ++feeder->next;
  gst_app_src_push_buffer(source, buffer);  // A refusal means the media is being shut down.
}

void delete_feeder(gpointer user) noexcept {
  const std::unique_ptr<Feeder> feeder(static_cast<Feeder*>(user));
}

void connect_source(GstElement* bin, const char* name, const LoopingTrackPtr& track) {
  GstElement* element = gst_bin_get_by_name(GST_BIN(bin), name);
  if (element == nullptr || track == nullptr) {
    return;
  }
  GstAppSrc* source = GST_APP_SRC(element);
  GstCaps* caps = gst_caps_from_string(track->caps.c_str());
  gst_app_src_set_caps(source, caps);
  gst_caps_unref(caps);
  GstAppSrcCallbacks callbacks{};
  callbacks.need_data = push_next;
  auto feeder = std::make_unique<Feeder>(Feeder{track, 0});
  gst_app_src_set_callbacks(source, &callbacks, feeder.release(), delete_feeder);
  gst_object_unref(element);
}

void configure_media(GstRTSPMediaFactory* factory, GstRTSPMedia* media, gpointer) noexcept {
  const auto* tracks = static_cast<const Tracks*>(g_object_get_data(G_OBJECT(factory), kTracksKey));
  GstElement* bin = gst_rtsp_media_get_element(media);
  connect_source(bin, "picture", tracks->picture);
  connect_source(bin, "sound", tracks->sound);
  gst_object_unref(bin);
}

void delete_tracks(gpointer user) noexcept {
  const std::unique_ptr<Tracks> tracks(static_cast<Tracks*>(user));
}

}  // namespace

GstClockTime LoopingTrack::begin_of(guint64 n) const {
  return gst_util_uint64_scale(n * samples_per_unit, GST_SECOND, sample_rate);
}

LoopingTrackPtr make_picture_track(const camsim::VideoClip& clip) {
  LoopingTrack track;
  for (const camsim::AccessUnit& unit : clip.units) {
    Bytes& sample = track.units.emplace_back();
    for (const Bytes& nal : unit.nals) {
      append_be(sample, static_cast<std::uint32_t>(nal.size()));
      sample.insert(sample.end(), nal.begin(), nal.end());
    }
  }
  track.samples_per_unit = 1;
  track.sample_rate = kFramesPerSecond;
  track.caps = fmt::format(
      "video/x-h264,stream-format=avc,alignment=au,framerate={}/1,codec_data=(buffer){}",
      kFramesPerSecond, to_hex(clip.config));
  return std::make_shared<const LoopingTrack>(std::move(track));
}

LoopingTrackPtr make_sound_track(const camsim::AudioClip& clip) {
  LoopingTrack track;
  track.units = clip.frames;
  track.samples_per_unit = clip.samples_per_frame;
  track.sample_rate = clip.sample_rate;
  track.caps = fmt::format(
      "audio/mpeg,mpegversion=4,stream-format=raw,rate={},channels={},codec_data=(buffer){}",
      clip.sample_rate, clip.channels, to_hex(clip.config));
  return std::make_shared<const LoopingTrack>(std::move(track));
}

GstRTSPMediaFactory* make_factory(LoopingTrackPtr picture, LoopingTrackPtr sound) {
  std::string launch = "( appsrc name=picture format=time ! rtph264pay name=pay0 pt=96";
  if (sound != nullptr) {
    launch += " appsrc name=sound format=time ! rtpmp4gpay name=pay1 pt=97";
  }
  GstRTSPMediaFactory* factory = gst_rtsp_media_factory_new();
  gst_rtsp_media_factory_set_launch(factory, (launch + " )").c_str());
  gst_rtsp_media_factory_set_shared(factory, TRUE);
  auto tracks = std::make_unique<Tracks>(Tracks{std::move(picture), std::move(sound)});
  g_object_set_data_full(G_OBJECT(factory), kTracksKey, tracks.release(), delete_tracks);
  g_signal_connect(factory, "media-configure", G_CALLBACK(configure_media), nullptr);
  return factory;
}

}  // namespace candor::gstcam
