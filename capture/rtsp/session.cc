// SPDX-License-Identifier: Apache-2.0
#include "capture/rtsp/session.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "core/big_endian.h"

namespace candor::rtsp {
namespace {

constexpr std::uint8_t kInterleavedMark = '$';
constexpr std::size_t kInterleavedHeaderBytes = 4;
constexpr int kAuthorizationTries = 3;
constexpr std::chrono::milliseconds kTeardownPatience{200};

void ignore_media(std::uint8_t /*channel*/, ByteView /*payload*/) {}

std::chrono::seconds timeout_in(std::string_view session_header) {
  constexpr std::string_view kName = "timeout=";
  const std::size_t at = session_header.find(kName);
  int seconds = 60;  // RFC 2326, 12.37.
  if (at != std::string_view::npos) {
    const std::string_view digits = session_header.substr(at + kName.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  }
  return std::chrono::seconds(std::clamp(seconds, 4, 3600));
}

Result<Message> checked(Message answer, std::string_view method) {
  if (answer.status == 200) {
    return answer;
  }
  const std::string what = fmt::format("{}: the camera answers '{}'", method, answer.start_line);
  if (answer.status == 404) {
    return fail(ErrorKind::kNotFound, what);
  }
  return fail(answer.status == 401 || answer.status == 403 ? ErrorKind::kPermissionDenied
                                                           : ErrorKind::kUnavailable,
              what);
}

}  // namespace

Session::Session(Connection connection, Url url, Authorization authorization,
                 std::chrono::milliseconds answer_timeout)
    : connection_(std::move(connection)),
      url_(std::move(url)),
      authorization_(std::move(authorization)),
      answer_timeout_(answer_timeout),
      base_(url_.text) {}

Session::~Session() {
  if (!session_.empty()) {
    // The camera may be gone: nothing depends on this but its own table of sessions.
    answer_timeout_ = kTeardownPatience;
    [[maybe_unused]] const auto sent = send("TEARDOWN", base_, {});
  }
}

Result<void> Session::send(std::string_view method, const std::string& url, Headers headers) {
  if (std::string value = authorization_.answer(method, url); !value.empty()) {
    headers.emplace_back("Authorization", std::move(value));
  }
  if (!session_.empty()) {
    headers.emplace_back("Session", session_);
  }
  return connection_.send(make_request(method, url, ++sequence_, headers),
                          std::chrono::steady_clock::now() + answer_timeout_);
}

Result<Message> Session::request(std::string_view method, const std::string& url, Headers headers) {
  for (int tries = 0; tries < kAuthorizationTries; ++tries) {
    CANDOR_CHECK(send(method, url, headers));
    CANDOR_TRY(Message answer, await_answer());
    if (answer.status != 401) {
      return checked(std::move(answer), method);
    }
    if (!authorization_.take_challenge(answer)) {
      break;
    }
  }
  return fail(ErrorKind::kPermissionDenied,
              "the camera refuses user and password (401); check 'user' and 'password_file'");
}

Result<Message> Session::await_answer() {
  const Deadline deadline = std::chrono::steady_clock::now() + answer_timeout_;
  for (;;) {
    CANDOR_TRY(std::optional<Message> message, take_arrived(ignore_media));
    if (message.has_value()) {
      return std::move(*message);
    }
    CANDOR_CHECK(connection_.receive(deadline));
  }
}

// Takes packets off the front until an answer stands there or more bytes are needed.
Result<std::optional<Message>> Session::take_arrived(const OnInterleaved& on_interleaved) {
  for (;;) {
    const ByteView bytes = connection_.arrived();
    if (bytes.empty()) {
      return std::optional<Message>();
    }
    if (bytes[0] == kInterleavedMark) {
      if (bytes.size() < kInterleavedHeaderBytes) {
        return std::optional<Message>();
      }
      const std::size_t size = get_be<std::uint16_t>(&bytes[2]);
      if (bytes.size() < kInterleavedHeaderBytes + size) {
        return std::optional<Message>();
      }
      on_interleaved(bytes[1], bytes.subspan(kInterleavedHeaderBytes, size));
      connection_.consume(kInterleavedHeaderBytes + size);
      continue;
    }
    if (bytes[0] == '\r' || bytes[0] == '\n') {
      connection_.consume(1);  // Some cameras send empty lines between messages.
      continue;
    }
    CANDOR_TRY(std::optional<ParsedMessage> parsed, parse_message(as_text(bytes)));
    if (!parsed.has_value()) {
      return std::optional<Message>();
    }
    connection_.consume(parsed->bytes);
    if (parsed->message.status != 0) {
      return std::optional(std::move(parsed->message));
    }
    CANDOR_CHECK(answer_server(parsed->message));
  }
}

// A request of the camera: nothing but "still there?" is expected.
Result<void> Session::answer_server(const Message& message) {
  const bool is_known = message.start_line.rfind("OPTIONS ", 0) == 0 ||
                        message.start_line.rfind("GET_PARAMETER ", 0) == 0;
  const std::string text =
      fmt::format("RTSP/1.0 {}\r\nCSeq: {}\r\n\r\n", is_known ? "200 OK" : "501 Not Implemented",
                  message.header("CSeq"));
  return connection_.send(text, std::chrono::steady_clock::now() + answer_timeout_);
}

Result<Sdp> Session::describe() {
  CANDOR_TRY(const Message answer, request("DESCRIBE", url_.text, {{"Accept", "application/sdp"}}));
  for (const std::string_view name : {"Content-Base", "Content-Location"}) {
    if (const std::string_view value = answer.header(name); value.rfind("rtsp://", 0) == 0) {
      base_ = std::string(value);
      break;
    }
  }
  return parse_sdp(answer.body);
}

Result<std::uint8_t> Session::setup(const SdpTrack& track, std::uint8_t channel) {
  const std::string transport =
      fmt::format("RTP/AVP/TCP;unicast;interleaved={}-{}", channel, channel + 1);
  CANDOR_TRY(const Message answer,
             request("SETUP", resolve_control(base_, track.control), {{"Transport", transport}}));
  const std::string_view session = answer.header("Session");
  session_ = std::string(session.substr(0, session.find(';')));
  session_timeout_ = timeout_in(session);
  constexpr std::string_view kName = "interleaved=";
  const std::string_view chosen = answer.header("Transport");
  const std::size_t at = chosen.find(kName);
  if (at == std::string_view::npos) {
    return fail(ErrorKind::kUnsupported, "the camera does not send RTP over TCP");
  }
  const std::string_view digits = chosen.substr(at + kName.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), channel);
  return channel;
}

Result<void> Session::play(const std::string& session_control) {
  CANDOR_TRY(const Message answer,
             request("PLAY", resolve_control(base_, session_control), {{"Range", "npt=0.000-"}}));
  next_keep_alive_ = std::chrono::steady_clock::now() + session_timeout_ / 2;
  return {};
}

Result<void> Session::keep_alive() {
  next_keep_alive_ = std::chrono::steady_clock::now() + session_timeout_ / 2;
  return send("GET_PARAMETER", base_, {});
}

Result<void> Session::pump(Deadline deadline, const OnInterleaved& on_interleaved) {
  if (std::chrono::steady_clock::now() >= next_keep_alive_) {
    CANDOR_CHECK(keep_alive());
  }
  // Media that came in one piece with an answer is still there.
  CANDOR_CHECK(take_all(on_interleaved));
  CANDOR_CHECK(connection_.receive(deadline));
  return take_all(on_interleaved);
}

Result<void> Session::take_all(const OnInterleaved& on_interleaved) {
  for (;;) {
    CANDOR_TRY(const std::optional<Message> answer, take_arrived(on_interleaved));
    if (!answer.has_value()) {
      return {};
    }
    CANDOR_CHECK(take_late_answer(*answer));
  }
}

// The answer to a keep-alive.
Result<void> Session::take_late_answer(const Message& answer) {
  if (answer.status == 401) {
    // A stale nonce: the next keep-alive carries the new one.
    if (!authorization_.take_challenge(answer)) {
      return fail(ErrorKind::kPermissionDenied, "the camera refuses user and password (401)");
    }
    return keep_alive();
  }
  if (answer.status == 454) {
    return fail(ErrorKind::kUnavailable, "the camera has forgotten the session (454)");
  }
  return {};
}

}  // namespace candor::rtsp
