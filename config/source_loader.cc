// SPDX-License-Identifier: Apache-2.0
#include "config/source_loader.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>
#include <sys/stat.h>

#include <fmt/format.h>

#include "config/address.h"

namespace candor::config {
namespace {

constexpr mode_t kOthersMode = 077;
constexpr std::size_t kFingerprintDigits = 64;

void read_url(TableReader& reader, std::string_view key, bool is_needed, std::string& out) {
  reader.text(key, out, is_needed);
  const std::string fault = out.empty() ? "" : camera_url_fault(out);
  if (!fault.empty()) {
    reader.complain(key, fault);
  }
}

// The first line of a file that nobody else may read.
void read_secret(TableReader& reader, std::string_view key, const std::string& path, Secret& out) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    reader.complain(key, fmt::format("cannot be read: {}", path));
    return;
  }
  if (!S_ISREG(status.st_mode)) {
    reader.complain(key, fmt::format("is not a plain file: {}", path));
    return;
  }
  if ((status.st_mode & kOthersMode) != 0) {
    reader.complain(key, fmt::format("can be read by others; run: chmod 600 {}", path));
    return;
  }
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line) || line.empty()) {
    reader.complain(key, fmt::format("holds no password in its first line: {}", path));
    return;
  }
  out = Secret(line);
}

// systemd puts a unit's credentials into a folder of its own (LoadCredential=).
std::string credential_path(TableReader& reader, const std::string& name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): read at the start, when there is one thread.
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr) {
    reader.complain("password_credential",
                    "needs systemd's LoadCredential= (CREDENTIALS_DIRECTORY is not set)");
    return "";
  }
  return std::string(folder) + "/" + name;
}

void read_password(TableReader& reader, RtspConfig& rtsp) {
  std::string file;
  std::string credential;
  reader.text("user", rtsp.user, false);
  reader.absolute_path("password_file", file, false);
  reader.text("password_credential", credential, false);
  if (credential.find('/') != std::string::npos) {
    reader.complain("password_credential", "must be a name without '/'");
    return;
  }
  if (!file.empty() && !credential.empty()) {
    reader.complain("password_credential", "and 'password_file' exclude each other");
    return;
  }
  if (rtsp.user.empty() != (file.empty() && credential.empty())) {
    reader.complain("user", "'user' and 'password_file' (or 'password_credential') go together");
    return;
  }
  if (!file.empty()) {
    read_secret(reader, "password_file", file, rtsp.password);
  } else if (!credential.empty()) {
    const std::string path = credential_path(reader, credential);
    if (!path.empty()) {
      read_secret(reader, "password_credential", path, rtsp.password);
    }
  }
}

void read_tls(TableReader& reader, RtspConfig& rtsp) {
  reader.absolute_path("ca_file", rtsp.ca_file, false);
  reader.text("fingerprint", rtsp.fingerprint, false);
  std::erase(rtsp.fingerprint, ':');
  std::ranges::transform(rtsp.fingerprint, rtsp.fingerprint.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool is_hex = rtsp.fingerprint.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!rtsp.fingerprint.empty() && (!is_hex || rtsp.fingerprint.size() != kFingerprintDigits)) {
    reader.complain("fingerprint",
                    "must be the SHA-256 of the camera's certificate: 64 "
                    "hexadecimal digits, colons allowed");
  }
  const bool has_trust = !rtsp.ca_file.empty() || !rtsp.fingerprint.empty();
  const bool is_tls = rtsp.url.starts_with("rtsps://");
  if (is_tls && !has_trust) {
    reader.complain("url", "rtsps:// needs 'ca_file' or 'fingerprint': whom to trust");
  }
  if (!is_tls && has_trust) {
    reader.complain("url", "'ca_file' and 'fingerprint' are for rtsps://");
  }
  if (!rtsp.substream.empty() && rtsp.substream.starts_with("rtsps://") != is_tls) {
    reader.complain("substream", "must begin as 'url' does");
  }
}

RtspConfig read_rtsp(TableReader& reader, SourceConfig& source) {
  RtspConfig rtsp;
  read_url(reader, "url", true, rtsp.url);
  read_url(reader, "substream", false, rtsp.substream);
  read_password(reader, rtsp);
  read_tls(reader, rtsp);
  reader.boolean("picture", source.picture);
  reader.boolean("sound", source.sound);
  if (!source.picture && !source.sound) {
    reader.complain("picture", "and 'sound' are both false: nothing would be recorded");
  }
  if (!source.picture && !rtsp.substream.empty()) {
    reader.complain("substream", "is for pictures, and picture = false");
  }
  return rtsp;
}

V4l2Config read_v4l2(TableReader& reader, SourceConfig& source) {
  V4l2Config camera;
  source.sound = false;
  reader.absolute_path("device", camera.device, true);
  reader.number("width", {160, 7680}, camera.width);
  reader.number("height", {120, 4320}, camera.height);
  reader.number("frame_rate", {1, 60}, camera.frame_rate);
  reader.number("bitrate_kbps", {64, 50'000}, camera.bitrate_kbps);
  return camera;
}

AlsaConfig read_alsa(TableReader& reader, SourceConfig& source) {
  AlsaConfig microphone;
  source.picture = false;
  source.sound = true;
  reader.text("device", microphone.device, true);
  reader.number("sample_rate", {8000, 48'000}, microphone.sample_rate);
  reader.number("channels", {1, 2}, microphone.channels);
  return microphone;
}

FileConfig read_file(TableReader& reader, SourceConfig& source) {
  FileConfig file;
  reader.absolute_path("path", file.path, true);
  reader.boolean("repeat", file.repeat);
  reader.boolean("picture", source.picture);
  reader.boolean("sound", source.sound);
  return file;
}

}  // namespace

SourceConfig read_source(TableReader& reader, bool has_sound_by_default) {
  SourceConfig source;
  source.sound = has_sound_by_default;
  std::string kind;
  reader.slug("id", source.id);
  reader.label("label", source.label);
  reader.text("kind", kind, true);
  if (kind == "v4l2") {
    source.origin = read_v4l2(reader, source);
  } else if (kind == "alsa") {
    source.origin = read_alsa(reader, source);
  } else if (kind == "file") {
    source.origin = read_file(reader, source);
  } else {
    if (kind != "rtsp" && !kind.empty()) {
      reader.complain("kind", "must be \"rtsp\", \"v4l2\", \"alsa\" or \"file\"");
    }
    source.origin = read_rtsp(reader, source);
  }
  return source;
}

}  // namespace candor::config
