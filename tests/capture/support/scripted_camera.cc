// SPDX-License-Identifier: Apache-2.0
#include "tests/capture/support/scripted_camera.h"

#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace candor::test {
namespace {

constexpr int kSoundPauseMs = 20;

bool has_word(std::string_view words, std::string_view word) {
  return fmt::format(" {} ", words).find(fmt::format(" {} ", word)) != std::string::npos;
}

std::string header_of(const std::string& message, const std::string& name) {
  const std::size_t at = message.find("\r\n" + name + ": ");
  if (at == std::string::npos) {
    return "";
  }
  const std::size_t begin = at + name.size() + 4;
  return message.substr(begin, message.find("\r\n", begin) - begin);
}

std::string without_returns(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != '\r') {
      out += c;
    }
  }
  return out;
}

}  // namespace

ScriptedCamera::ScriptedCamera(std::vector<std::string> steps) : steps_(std::move(steps)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size);
  ::listen(listener_, 1);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

ScriptedCamera::~ScriptedCamera() {
  [[maybe_unused]] const auto seen = requests();
  ::close(listener_);
}

std::string ScriptedCamera::url() const { return fmt::format("rtsp://127.0.0.1:{}/live", port_); }

std::vector<std::string> ScriptedCamera::requests() {
  if (thread_.joinable()) {
    ::shutdown(listener_, SHUT_RDWR);  // Ends an accept() that nobody came for.
    thread_.join();
  }
  return requests_;
}

void ScriptedCamera::serve() {
  client_ = ::accept(listener_, nullptr, nullptr);
  if (client_ < 0) {
    return;
  }
  for (const std::string& step : steps_) {
    if (!run_step(step)) {
      break;
    }
  }
  ::close(client_);
}

bool ScriptedCamera::run_step(std::string_view step) {
  if (const std::size_t arrow = step.find(" -> "); arrow != std::string_view::npos) {
    return answer(step.substr(0, arrow), step.substr(arrow + 4));
  }
  const std::size_t space = step.find(' ');
  const std::string_view verb = step.substr(0, space);
  const std::string_view rest = space == std::string_view::npos ? "" : step.substr(space + 1);
  if (verb == "play") {
    for (const Bytes& packet : video_.of(rest)) {
      send_interleaved(0, packet);
    }
  } else if (verb == "sound") {
    for (int i = 0; i < std::stoi(std::string(rest)); ++i) {
      send_sound();
    }
  } else if (verb == "murmur") {
    pollfd gone{.fd = client_, .events = POLLIN, .revents = 0};
    do {
      send_sound();
    } while (::poll(&gone, 1, kSoundPauseMs) == 0);
  } else if (verb == "report") {
    send_interleaved(1, sender_report(2208988800U + 1000U, 0, 1000));
  } else if (verb == "raw") {
    send_bytes(rest);
  } else if (verb == "OPTIONS") {
    send_bytes("OPTIONS rtsp://client RTSP/1.0\r\nCSeq: 77\r\n\r\n");
    const std::string came = next_message();
    requests_.push_back(came.substr(0, came.find('\r')) + " to " + header_of(came, "CSeq"));
  } else if (verb == "silence") {
    while (!next_message().empty()) {
    }
  } else {
    return false;  // "close".
  }
  return true;
}

void ScriptedCamera::send_sound() {
  const RtpFields fields{.payload_type = kAudioPayload,
                         .marker = true,
                         .sequence = sound_sequence_,
                         .timestamp = sound_sequence_ * 2048U};
  ++sound_sequence_;
  send_interleaved(2, rtp(fields, aac_packet({3, 2}, {1, 1, 1, 2, 2})));
}

bool ScriptedCamera::answer(std::string_view method, std::string_view words) {
  const std::string request = next_message();
  const std::string line = request.substr(0, request.find(" RTSP/1.0"));
  requests_.push_back(line);
  authorizations_.push_back(header_of(request, "Authorization"));
  if (line.rfind(method, 0) != 0) {
    requests_.push_back(fmt::format("in place of {}", method));
    return false;
  }
  std::string text = fmt::format("RTSP/1.0 {} Text\r\nCSeq: {}\r\n", words.substr(0, 3),
                                 header_of(request, "CSeq"));
  if (has_word(words, "digest")) {
    const bool is_stale = has_word(words, "stale");
    text += fmt::format("WWW-Authenticate: Digest realm=\"cam\", nonce=\"{}\"{}{}\r\n",
                        is_stale ? "second" : "first", is_stale ? ", stale=true" : "",
                        has_word(words, "qop") ? ", qop=\"auth\"" : "");
  }
  if (has_word(words, "base")) {
    text += fmt::format("Content-Base: rtsp://127.0.0.1:{}/base/\r\n", port_);
  }
  if (method == "SETUP") {
    text += fmt::format("Session: 12345;timeout=60\r\nTransport: {}\r\n",
                        header_of(request, "Transport"));
  }
  const std::string body = method == "DESCRIBE" ? description(words) : "";
  text += fmt::format("Content-Length: {}\r\n\r\n", body.size());
  send_bytes((has_word(words, "lf") ? without_returns(text) : text) + body);
  return true;
}

std::string ScriptedCamera::description(std::string_view words) const {
  const std::string control =
      has_word(words, "absolute") ? fmt::format("rtsp://127.0.0.1:{}/absolute/", port_) : "";
  std::string text = "v=0\r\na=control:*\r\n";
  if (has_word(words, "jpeg")) {
    text += "m=video 0 RTP/AVP 26\r\na=rtpmap:26 JPEG/90000\r\n";
  }
  if (has_word(words, "h264")) {
    text += fmt::format("m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:{}video\r\n",
                        control);
  }
  if (has_word(words, "aac")) {
    text += fmt::format(
        "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/48000/1\r\n"
        "a=fmtp:97 mode=AAC-hbr;config=1188\r\na=control:{}sound\r\n",
        control);
  }
  return text;
}

// One message of the client, without a body; empty when it has gone.
std::string ScriptedCamera::next_message() {
  for (;;) {
    if (const std::size_t end = arrived_.find("\r\n\r\n"); end != std::string::npos) {
      std::string message = arrived_.substr(0, end + 4);
      arrived_.erase(0, end + 4);
      return message;
    }
    std::array<char, 4096> block{};
    const ssize_t got = ::recv(client_, block.data(), block.size(), 0);
    if (got <= 0) {
      return "";
    }
    arrived_.append(block.data(), static_cast<std::size_t>(got));
  }
}

void ScriptedCamera::send_interleaved(std::uint8_t channel, const Bytes& packet) {
  Bytes framed{'$', channel};
  append_be(framed, static_cast<std::uint16_t>(packet.size()));
  framed.insert(framed.end(), packet.begin(), packet.end());
  send_bytes(as_text(framed));
}

void ScriptedCamera::send_bytes(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(client_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return;  // The client has gone; the next step that waits for it notices.
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace candor::test
