// SPDX-License-Identifier: Apache-2.0
// The request parser. Bodies are taken off the stream and dropped: no request here needs one.
#include "bench/camsim/rtsp_message.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "core/error.h"
#include "core/result.h"

namespace candor::camsim {
namespace {

constexpr std::size_t kInterleavedHeaderBytes = 4;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') {
    text.remove_prefix(1);
  }
  while (!text.empty() && text.back() == ' ') {
    text.remove_suffix(1);
  }
  return text;
}

Result<RtspRequest> parse_request(std::string_view head) {
  RtspRequest request;
  const std::size_t line_end = head.find("\r\n");
  const std::string_view line = head.substr(0, line_end);
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last ||
      !line.substr(last + 1).starts_with("RTSP/1.")) {
    return fail(ErrorKind::kInvalidArgument, "not an RTSP request line");
  }
  request.method = line.substr(0, first);
  request.url = line.substr(first + 1, last - first - 1);
  std::string_view rest = line_end == std::string_view::npos ? "" : head.substr(line_end + 2);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find("\r\n"), rest.size());
    const std::string_view field = rest.substr(0, end);
    const std::size_t colon = field.find(':');
    if (colon == std::string_view::npos) {
      return fail(ErrorKind::kInvalidArgument, "a header line without a colon");
    }
    request.headers.emplace_back(field.substr(0, colon), trimmed(field.substr(colon + 1)));
    rest.remove_prefix(std::min(rest.size(), end + 2));
  }
  return request;
}

Result<std::size_t> body_bytes(const RtspRequest& request) {
  const std::string_view text = request.header("Content-Length");
  std::size_t bytes = 0;
  if (text.empty()) {
    return bytes;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
  if (error != std::errc{} || end != text.data() + text.size() ||
      bytes > RtspReader::kRequestBytesMax) {
    return fail(ErrorKind::kInvalidArgument, "a Content-Length that is none or too large");
  }
  return bytes;
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view RtspRequest::header(std::string_view name) const {
  const auto found = std::ranges::find_if(
      headers, [&](const auto& field) { return equals_ignoring_case(field.first, name); });
  return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

bool RtspReader::skip_interleaved() {
  const auto byte = [this](std::size_t i) { return static_cast<std::uint8_t>(pending_[i]); };
  while (!pending_.empty() && pending_[0] == '$') {
    if (pending_.size() < kInterleavedHeaderBytes) {
      return false;
    }
    const std::size_t frame =
        kInterleavedHeaderBytes + (static_cast<std::size_t>(byte(2)) << 8U) + byte(3);
    if (pending_.size() < frame) {
      return false;
    }
    pending_.erase(0, frame);
  }
  return true;
}

Result<std::optional<RtspRequest>> RtspReader::next() {
  if (!skip_interleaved()) {
    return std::nullopt;
  }
  const std::size_t head_end = pending_.find("\r\n\r\n");
  if (head_end == std::string::npos) {
    if (pending_.size() > kRequestBytesMax) {
      return fail(ErrorKind::kInvalidArgument, "a request head above 16 KiB");
    }
    return std::nullopt;
  }
  CANDOR_TRY(RtspRequest request, parse_request(std::string_view(pending_).substr(0, head_end)));
  CANDOR_TRY(const std::size_t body, body_bytes(request));
  const std::size_t whole = head_end + 4 + body;
  if (pending_.size() < whole) {
    return std::nullopt;
  }
  pending_.erase(0, whole);
  return request;
}

}  // namespace candor::camsim
