// SPDX-License-Identifier: Apache-2.0
// candor-camsim: many RTSP cameras from a few clips, for load and fault tests. Command line and the
// final report only.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "bench/camsim/clip.h"
#include "bench/camsim/media_track.h"
#include "bench/camsim/server.h"
#include "bench/camsim/settings.h"
#include "core/error.h"
#include "core/result.h"

namespace candor::camsim {
namespace {

struct CommandLine {
  std::string listen = "127.0.0.1";
  std::uint16_t port = 8554;
  std::vector<std::string> clips;
  std::uint32_t cameras = 1;
  std::int64_t phase_ms = -1;
  std::string user;
  std::string password_file;
  std::int64_t nonce_seconds = 300;
  double stop_media_after_s = 0;
  double close_after_s = 0;
  std::uint32_t lose_every = 0;
  std::int64_t fault_camera = -1;
};

void describe_options(CLI::App& app, CommandLine& line) {
  app.add_option("--listen", line.listen, "IPv4 address to listen on")->capture_default_str();
  app.add_option("--port", line.port, "TCP port; 0 takes a free one and prints it")
      ->capture_default_str();
  app.add_option(
         "--clip", line.clips,
         "PICTURE[,SOUND], or ,SOUND for a microphone: files of bench/clip/make_clip.py; camera N "
         "plays clip N mod clips. PICTURE+PICTURE take turns of 4 s: the format changes in "
         "mid-stream")
      ->required();
  app.add_option("--cameras", line.cameras, "cameras at rtsp://HOST:PORT/cam/0, /cam/1, ...")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app.add_option("--phase", line.phase_ms,
                 "milliseconds every camera sends after the wall clock's 40 ms tick; without it "
                 "camera N sends 40*N/cameras ms after")
      ->check(CLI::Range(0, 1000));
  auto* user = app.add_option("--user", line.user, "ask for Digest authentication");
  app.add_option("--password-file", line.password_file, "file whose first line is the password")
      ->needs(user);
  app.add_option("--nonce-seconds", line.nonce_seconds, "a nonce older than this is stale")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--stop-media-after", line.stop_media_after_s,
                 "seconds after PLAY a camera goes silent, its connection left open");
  app.add_option("--close-after", line.close_after_s,
                 "seconds after PLAY a camera closes its connection, each time");
  app.add_option("--lose-every", line.lose_every, "leave out each Nth RTP packet");
  app.add_option("--fault-camera", line.fault_camera, "faults and SIGUSR1/2 for this camera only");
}

std::optional<std::chrono::nanoseconds> seconds_or_none(double seconds) {
  if (seconds <= 0) {
    return std::nullopt;
  }
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(seconds));
}

Result<RtpTrack> load_picture(const std::string& paths) {
  std::vector<VideoClip> clips;
  std::istringstream names(paths);
  for (std::string name; std::getline(names, name, '+');) {
    CANDOR_TRY(VideoClip clip, load_video_clip(name));
    clips.push_back(std::move(clip));
  }
  if (clips.size() == 1) {
    return make_video_track(clips.front());
  }
  return make_changing_track(clips);
}

Result<std::vector<RtpTrack>> load_tracks(const std::string& clip) {
  const auto comma = clip.find(',');
  std::vector<RtpTrack> tracks;
  if (comma != 0) {
    CANDOR_TRY(RtpTrack picture, load_picture(clip.substr(0, comma)));
    tracks.push_back(std::move(picture));
  }
  if (comma != std::string::npos) {
    CANDOR_TRY(const AudioClip audio, load_audio_clip(clip.substr(comma + 1)));
    tracks.push_back(make_audio_track(audio));
  }
  return tracks;
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

Result<Site> make_site(const CommandLine& line) {
  Site site;
  for (const std::string& clip : line.clips) {
    CANDOR_TRY(auto tracks, load_tracks(clip));
    site.clips.push_back(std::move(tracks));
  }
  site.cameras = line.cameras;
  if (line.phase_ms >= 0) {
    site.phase = std::chrono::milliseconds(line.phase_ms);
  }
  site.faults.stop_media_after = seconds_or_none(line.stop_media_after_s);
  site.faults.close_after = seconds_or_none(line.close_after_s);
  site.faults.lose_every = line.lose_every;
  if (line.fault_camera >= 0) {
    site.faults.camera = static_cast<std::uint32_t>(line.fault_camera);
  }
  if (!line.user.empty()) {
    CANDOR_TRY(auto password, read_password(line.password_file));
    site.auth.emplace(line.user, std::move(password), std::chrono::seconds(line.nonce_seconds));
  }
  return site;
}

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void print_report(const Counters& counters, std::uint32_t cameras, double cpu_s) {
  const double camera_seconds = 1e-9 * static_cast<double>(counters.playing_ns);
  fmt::print(R"({{"cameras":{},"connections":{},"camera_seconds":{:.1f},"frames_sent":{},)"
             R"("audio_frames_sent":{},"dropped_frames":{},"lost_packets":{},"bytes_sent":{},)"
             R"("lateness_ms_max":{:.1f},"cpu_seconds":{:.2f},"cpu_percent_per_camera":{:.3f}}})"
             "\n",
             cameras, counters.connections, camera_seconds, counters.frames_sent,
             counters.audio_frames_sent, counters.dropped_frames, counters.lost_packets,
             counters.bytes_sent, 1e-6 * static_cast<double>(counters.lateness_ns_max), cpu_s,
             camera_seconds > 0 ? 100 * cpu_s / camera_seconds : 0.0);
}

Result<void> run(const CommandLine& line) {
  CANDOR_TRY(const Site site, make_site(line));
  CANDOR_TRY(Server server, Server::open(line.listen, line.port, site));
  fmt::print(stderr, "candor-camsim: {} cameras at rtsp://{}:{}/cam/0 and up\n", line.cameras,
             line.listen, server.port());
  const double cpu_at_start_s = cpu_seconds();
  server.run();
  const double cpu_s = cpu_seconds() - cpu_at_start_s;
  print_report(server.finish(), line.cameras, cpu_s);
  return {};
}

}  // namespace
}  // namespace candor::camsim

int main(int argc, char** argv) try {
  CLI::App app("Simulated RTSP cameras for load and fault tests; media goes over TCP.");
  candor::camsim::CommandLine line;
  candor::camsim::describe_options(app, line);
  CLI11_PARSE(app, argc, argv);
  const auto done = candor::camsim::run(line);
  if (!done.has_value()) {
    fmt::print(stderr, "candor-camsim: {}\n", done.error().message());
    return 1;
  }
  return 0;
} catch (const std::exception& error) {
  std::fputs(error.what(), stderr);
  return 1;
}
