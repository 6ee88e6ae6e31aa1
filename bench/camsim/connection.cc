// SPDX-License-Identifier: Apache-2.0
// The requests of RFC 2326 that recorders use; media goes interleaved on the same connection.
#include "bench/camsim/connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/types.h>
#include <system_error>

#include <fmt/core.h>

#include "bench/camsim/digest_auth.h"
#include "bench/camsim/rtsp_message.h"
#include "bench/camsim/settings.h"
#include "bench/camsim/track_sender.h"
#include "core/time.h"

namespace candor::camsim {
namespace {

constexpr std::string_view kOk = "200 OK";
constexpr std::string_view kCameraPath = "/cam/";
constexpr std::string_view kTrackPath = "trackID=";

/// The number right behind `mark`, or none.
std::optional<std::uint32_t> number_after(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  std::uint32_t number = 0;
  const std::string_view digits = text.substr(at + mark.size());
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (parsed.ec != std::errc{}) {
    return std::nullopt;
  }
  return number;
}

std::string with_slash(std::string_view url) {
  return std::string(url) + (url.ends_with('/') ? "" : "/");
}

}  // namespace

Connection::Connection(int fd, const Site& site, Counters& counters, std::uint32_t seed)
    : site_(site), counters_(counters), writer_(fd), random_(seed) {
  session_ = fmt::format("{:08X}", random_());
  ++counters_.connections;
}

Connection::~Connection() {
  stop_playing(SystemClock().utc());
  counters_.bytes_sent += writer_.bytes_sent();
}

void Connection::on_readable(UtcTime now) {
  std::array<char, 16384> buffer{};
  const ssize_t got = ::recv(fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got <= 0) {
    closing_ = closing_ || got == 0 || (errno != EAGAIN && errno != EINTR);
    return;
  }
  reader_.append({buffer.data(), static_cast<std::size_t>(got)});
  while (!closing_) {
    const auto next = reader_.next();
    if (!next.has_value()) {
      writer_.send(std::string_view("RTSP/1.0 400 Bad Request\r\n\r\n"));
      closing_ = true;
      return;
    }
    const std::optional<RtspRequest>& request = *next;
    if (!request.has_value()) {
      return;
    }
    answer(*request, now);
  }
}

void Connection::answer(const RtspRequest& request, UtcTime now) {
  if (request.method == "OPTIONS") {
    reply(request, kOk,
          "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER, SET_PARAMETER\r\n");
  } else if (!is_allowed(request)) {
    return;
  } else if (!choose_camera(request.url)) {
    reply(request, "404 Not Found", "");
  } else if (request.method == "DESCRIBE") {
    describe(request);
  } else if (request.method == "SETUP") {
    set_up(request);
  } else if (request.method == "PLAY") {
    play(request, now);
  } else if (request.method == "TEARDOWN") {
    stop_playing(now);
    reply(request, kOk, "");
  } else if (request.method == "GET_PARAMETER" || request.method == "SET_PARAMETER") {
    reply(request, kOk, fmt::format("Session: {}\r\n", session_));
  } else {
    reply(request, "501 Not Implemented", "");
  }
}

bool Connection::is_allowed(const RtspRequest& request) {
  if (!site_.auth.has_value()) {
    return true;
  }
  const BootTime now = SystemClock().boot();
  const AuthVerdict verdict = site_.auth->check(request, now);
  if (verdict == AuthVerdict::kAccepted) {
    return true;
  }
  const std::string challenge = site_.auth->challenge(now, verdict == AuthVerdict::kStale);
  reply(request, "401 Unauthorized", fmt::format("WWW-Authenticate: {}\r\n", challenge));
  return false;
}

bool Connection::choose_camera(std::string_view url) {
  const auto camera = number_after(url, kCameraPath);
  if (!camera.has_value() || *camera >= site_.cameras) {
    return false;
  }
  camera_ = *camera;
  return true;
}

void Connection::describe(const RtspRequest& request) {
  std::string sdp =
      "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=simulated camera\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
      "a=control:*\r\na=range:npt=now-\r\n";
  const auto& clip = site_.clips[camera_ % site_.clips.size()];
  for (std::size_t i = 0; i < clip.size(); ++i) {
    sdp += fmt::format("{}a=control:{}{}\r\n", clip[i].media_description, kTrackPath, i);
  }
  reply(
      request, kOk,
      fmt::format("Content-Base: {}\r\nContent-Type: application/sdp\r\n", with_slash(request.url)),
      sdp);
}

void Connection::set_up(const RtspRequest& request) {
  const auto& clip = site_.clips[camera_ % site_.clips.size()];
  const std::uint32_t index = number_after(request.url, kTrackPath).value_or(0);
  if (index >= clip.size()) {
    reply(request, "404 Not Found", "");
    return;
  }
  const std::string_view transport = request.header("Transport");
  if (transport.find("RTP/AVP/TCP") == std::string_view::npos) {
    reply(request, "461 Unsupported Transport", "");
    return;
  }
  const std::uint32_t channel = number_after(transport, "interleaved=").value_or(2 * index);
  if (channel > 254) {
    reply(request, "461 Unsupported Transport", "");
    return;
  }
  const auto ssrc = static_cast<std::uint32_t>(random_());
  const auto time_offset = static_cast<std::uint32_t>(random_());
  const auto sequence = static_cast<std::uint16_t>(random_());
  TrackSender& track = tracks_[index].emplace(clip[index], static_cast<std::uint8_t>(channel),
                                              RtpIdentity{ssrc, time_offset, sequence});
  if (has_faults()) {
    track.lose_every(site_.faults.lose_every);
  }
  reply(request, kOk,
        fmt::format("Session: {};timeout=60\r\n"
                    "Transport: RTP/AVP/TCP;unicast;interleaved={}-{};ssrc={:08X}\r\n",
                    session_, channel, channel + 1, ssrc));
}

void Connection::play(const RtspRequest& request, UtcTime now) {
  const UtcTime camera_now = now + -site_.phase_of(camera_);
  std::string starts;
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    auto& track = tracks_[i];
    if (track.has_value()) {
      const RtpStart start = track->play(camera_now);
      starts += fmt::format("{}url={}{}{};seq={};rtptime={}", starts.empty() ? "" : ",",
                            with_slash(request.url), kTrackPath, i, start.sequence, start.time);
    }
  }
  if (starts.empty()) {
    reply(request, "455 Method Not Valid in This State", "");
    return;
  }
  reply(request, kOk,
        fmt::format("Session: {}\r\nRange: npt=now-\r\nRTP-Info: {}\r\n", session_, starts));
  stop_playing(now);
  playing_since_ = now;
}

void Connection::stop_playing(UtcTime now) {
  if (playing_since_.has_value()) {
    counters_.playing_ns += (now - *playing_since_).count();
    playing_since_.reset();
  }
}

void Connection::reply(const RtspRequest& request, std::string_view status,
                       std::string_view headers, std::string_view body) {
  std::string text =
      fmt::format("RTSP/1.0 {}\r\nCSeq: {}\r\n{}", status, request.header("CSeq"), headers);
  if (!body.empty()) {
    text += fmt::format("Content-Length: {}\r\n", body.size());
  }
  text += "\r\n";
  text += body;
  writer_.send(std::string_view(text));
}

bool Connection::has_faults() const {
  return !site_.faults.camera.has_value() || *site_.faults.camera == camera_;
}

void Connection::send_due(UtcTime now) {
  if (!playing_since_.has_value() || closing_) {
    return;
  }
  if (has_faults()) {
    const Nanoseconds played = now - *playing_since_;
    silent_ = silent_ || (site_.faults.stop_media_after.has_value() &&
                          played > *site_.faults.stop_media_after);
    if (site_.faults.close_after.has_value() && played > *site_.faults.close_after) {
      closing_ = true;
      return;
    }
  }
  if (silent_) {
    return;
  }
  const Nanoseconds phase = site_.phase_of(camera_);
  for (auto& track : tracks_) {
    if (track.has_value()) {
      track->send_due(writer_, now + -phase, phase, counters_);
    }
  }
}

std::optional<UtcTime> Connection::due() const {
  if (!playing_since_.has_value() || closing_ || silent_) {
    return std::nullopt;
  }
  std::optional<UtcTime> first;
  for (const auto& track : tracks_) {
    if (track.has_value()) {
      const UtcTime at = track->due() + site_.phase_of(camera_);
      first = first.has_value() ? std::min(*first, at) : at;
    }
  }
  return first;
}

}  // namespace candor::camsim
