// SPDX-License-Identifier: Apache-2.0
#include "capture/rtsp/message.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

namespace candor::rtsp {
namespace {

constexpr std::string_view kVersion = "RTSP/1.";
constexpr std::size_t kHeadersMax = 64;

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return text;
}

// Takes one line off the front, with or without CR.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return trim(line);
}

// Bytes of the head with its empty line; 0 while it is not whole.
std::size_t head_bytes(std::string_view text) {
  const std::size_t crlf = text.find("\r\n\r\n");
  const std::size_t lf = text.find("\n\n");
  if (crlf == std::string_view::npos && lf == std::string_view::npos) {
    return 0;
  }
  return crlf < lf ? crlf + 4 : lf + 2;
}

Result<int> parse_status(std::string_view line) {
  if (line.rfind(kVersion, 0) != 0) {
    return line.find(" RTSP/1.") != std::string_view::npos
               ? Result<int>(0)
               : fail(ErrorKind::kDataLoss, "the camera sent something that is not RTSP");
  }
  const std::size_t space = line.find(' ');
  int status = 0;
  const std::string_view digits = space == std::string_view::npos ? "" : line.substr(space + 1, 3);
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), status);
  if (code != std::errc() || status < 100) {
    return fail(ErrorKind::kDataLoss, "the camera sent a malformed status line");
  }
  return status;
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

Result<Url> parse_url(std::string_view text) {
  const bool is_tls = text.starts_with("rtsps://");
  const auto bad = [&] {
    return fail(ErrorKind::kInvalidArgument,
                fmt::format("'{}' is not a URL like rtsp://host:554/path", text));
  };
  if (!is_tls && !text.starts_with("rtsp://")) {
    return bad();
  }
  std::string_view authority = text.substr(text.find("//") + 2);
  authority = authority.substr(0, authority.find('/'));
  Url url;
  url.text = std::string(text);
  url.is_tls = is_tls;
  url.port = is_tls ? "322" : "554";  // RFC 2326, 3.2; RFC 7826, 19.1.
  const bool is_bracketed = !authority.empty() && authority.front() == '[';
  const std::size_t host_end = is_bracketed ? authority.find(']') : authority.find(':');
  if (is_bracketed && host_end == std::string_view::npos) {
    return bad();
  }
  url.host =
      std::string(is_bracketed ? authority.substr(1, host_end - 1) : authority.substr(0, host_end));
  const std::string_view rest = is_bracketed ? authority.substr(host_end + 1)
                                : host_end == std::string_view::npos ? ""
                                                                     : authority.substr(host_end);
  if (!rest.empty()) {
    url.port = std::string(rest.substr(1));
  }
  const bool port_is_number = !url.port.empty() && url.port.size() <= 5 &&
                              url.port.find_first_not_of("0123456789") == std::string::npos;
  if (url.host.empty() || !port_is_number || authority.find('@') != std::string_view::npos) {
    return bad();
  }
  return url;
}

std::string_view Message::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& header) {
    return equal_ignoring_case(header.first, name);
  });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

Result<std::optional<ParsedMessage>> parse_message(std::string_view text) {
  // Media that has lost its framing is told apart at its first byte in most cases.
  if (!text.empty() && (text.front() < 'A' || text.front() > 'Z')) {
    return fail(ErrorKind::kDataLoss, "the camera sent something that is not RTSP");
  }
  const std::size_t head = head_bytes(text.substr(0, kHeadBytesMax));
  if (head == 0) {
    if (text.size() >= kHeadBytesMax) {
      return fail(ErrorKind::kDataLoss, "the camera's answer has no end within 16 KiB");
    }
    return std::optional<ParsedMessage>();
  }
  ParsedMessage parsed;
  std::string_view lines = text.substr(0, head);
  parsed.message.start_line = std::string(take_line(lines));
  CANDOR_TRY(parsed.message.status, parse_status(parsed.message.start_line));
  for (std::string_view line = take_line(lines); !line.empty(); line = take_line(lines)) {
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && parsed.message.headers.size() < kHeadersMax) {
      parsed.message.headers.emplace_back(trim(line.substr(0, colon)),
                                          trim(line.substr(colon + 1)));
    }
  }
  std::size_t body = 0;
  const std::string_view length = parsed.message.header("Content-Length");
  if (!length.empty()) {
    const auto [end, code] = std::from_chars(length.data(), length.data() + length.size(), body);
    if (code != std::errc() || body > kBodyBytesMax) {
      return fail(ErrorKind::kDataLoss, "the camera's answer is longer than 64 KiB");
    }
  }
  if (text.size() < head + body) {
    return std::optional<ParsedMessage>();
  }
  parsed.message.body = std::string(text.substr(head, body));
  parsed.bytes = head + body;
  return std::optional(std::move(parsed));
}

std::string make_request(std::string_view method, std::string_view url, int sequence,
                         const Headers& headers) {
  std::string text =
      fmt::format("{} {} RTSP/1.0\r\nCSeq: {}\r\nUser-Agent: Candor\r\n", method, url, sequence);
  for (const auto& [name, value] : headers) {
    text += fmt::format("{}: {}\r\n", name, value);
  }
  return text + "\r\n";
}

}  // namespace candor::rtsp
