// SPDX-License-Identifier: Apache-2.0
// candor-gstcam: one camera served by gst-rtsp-server, as a peer that shares no code with the
// simulator's RTSP. Command line and main loop only.
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <glib-unix.h>
#include <gst/gst.h>
#include <gst/rtsp-server/rtsp-server.h>

#include "bench/camsim/clip.h"
#include "bench/gst_camera/looping_media.h"
#include "core/error.h"
#include "core/media.h"
#include "core/result.h"

namespace candor::gstcam {
namespace {

constexpr const char* kRole = "viewer";

struct CommandLine {
  std::string listen = "127.0.0.1";
  std::uint16_t port = 8554;
  std::string clip;
  std::string path = "/cam/0";
  std::string user;
  std::string password_file;
};

gboolean quit(gpointer loop) noexcept {
  g_main_loop_quit(static_cast<GMainLoop*>(loop));
  return G_SOURCE_CONTINUE;
}

Result<std::string> read_password(const std::string& path) {
  std::ifstream file(path);
  std::string password;
  if (!std::getline(file, password) || password.empty()) {
    return fail(ErrorKind::kNotFound,
                "no password in the first line of --password-file '" + path + "'");
  }
  return password;
}

void ask_for_password(GstRTSPServer* server, GstRTSPMediaFactory* factory, const std::string& user,
                      const std::string& password) {
  gst_rtsp_media_factory_add_role(factory, kRole, GST_RTSP_PERM_MEDIA_FACTORY_ACCESS,
                                  G_TYPE_BOOLEAN, TRUE, GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT,
                                  G_TYPE_BOOLEAN, TRUE, nullptr);
  GstRTSPAuth* auth = gst_rtsp_auth_new();
  GstRTSPToken* token =
      gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, kRole, nullptr);
  gst_rtsp_auth_set_supported_methods(auth, GST_RTSP_AUTH_DIGEST);
  gst_rtsp_auth_add_digest(auth, user.c_str(), password.c_str(), token);
  gst_rtsp_server_set_auth(server, auth);
  gst_rtsp_token_unref(token);
  g_object_unref(auth);
}

Result<void> serve(const CommandLine& line, GstRTSPServer* server) {
  const auto comma = line.clip.find(',');
  CANDOR_TRY(const auto video, camsim::load_video_clip(line.clip.substr(0, comma)));
  LoopingTrackPtr sound;
  if (video.codec != Codec::kH264) {
    return fail(ErrorKind::kUnsupported, "this camera plays H.264 only");
  }
  if (comma != std::string::npos) {
    CANDOR_TRY(const auto audio, camsim::load_audio_clip(line.clip.substr(comma + 1)));
    if (audio.codec != Codec::kAac) {
      return fail(ErrorKind::kUnsupported, "this camera plays AAC only");
    }
    sound = make_sound_track(audio);
  }
  GstRTSPMediaFactory* factory = make_factory(make_picture_track(video), std::move(sound));
  if (!line.user.empty()) {
    CANDOR_TRY(const std::string password, read_password(line.password_file));
    ask_for_password(server, factory, line.user, password);
  }
  GstRTSPMountPoints* mounts = gst_rtsp_server_get_mount_points(server);
  gst_rtsp_mount_points_add_factory(mounts, line.path.c_str(), factory);
  g_object_unref(mounts);
  gst_rtsp_server_set_address(server, line.listen.c_str());
  gst_rtsp_server_set_service(server, std::to_string(line.port).c_str());
  if (gst_rtsp_server_attach(server, nullptr) == 0) {
    return fail(ErrorKind::kUnavailable,
                fmt::format("cannot listen on {}:{}; is it in use?", line.listen, line.port));
  }
  fmt::print(stderr, "candor-gstcam: rtsp://{}:{}{}\n", line.listen,
             gst_rtsp_server_get_bound_port(server), line.path);
  GMainLoop* loop = g_main_loop_new(nullptr, FALSE);
  g_unix_signal_add(SIGTERM, quit, loop);
  g_unix_signal_add(SIGINT, quit, loop);
  g_main_loop_run(loop);
  g_main_loop_unref(loop);
  return {};
}

}  // namespace
}  // namespace candor::gstcam

int main(int argc, char** argv) try {
  candor::gstcam::CommandLine line;
  CLI::App app("One looping camera served by gst-rtsp-server.");
  app.add_option("--listen", line.listen, "address to listen on")->capture_default_str();
  app.add_option("--port", line.port, "TCP port; 0 takes a free one")->capture_default_str();
  app.add_option("--clip", line.clip, "PICTURE.mp4[,SOUND.m4a]")->required();
  app.add_option("--path", line.path, "path of the camera")->capture_default_str();
  auto* user = app.add_option("--user", line.user, "ask for Digest authentication");
  app.add_option("--password-file", line.password_file, "file whose first line is the password")
      ->needs(user);
  CLI11_PARSE(app, argc, argv);
  gst_init(nullptr, nullptr);
  GstRTSPServer* server = gst_rtsp_server_new();
  const auto done = candor::gstcam::serve(line, server);
  g_object_unref(server);
  if (!done.has_value()) {
    fmt::print(stderr, "candor-gstcam: {}\n", done.error().message());
    return 1;
  }
  return 0;
} catch (const std::exception& error) {
  std::fputs(error.what(), stderr);
  return 1;
}
