// SPDX-License-Identifier: Apache-2.0
// RTSP text: URLs, requests and answers (RFC 2326). Nothing is sent here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

namespace candor::rtsp {

struct Url {
  std::string host;
  std::string port = "554";
  std::string text;  // As given.
  bool is_tls = false;
};

/// Errors: kInvalidArgument  not rtsp(s)://host[:port][/path].
[[nodiscard]] Result<Url> parse_url(std::string_view text);

using Headers = std::vector<std::pair<std::string, std::string>>;

/// An answer, or a request of the server when `status` is 0.
struct Message {
  int status = 0;
  std::string start_line;
  Headers headers;
  std::string body;

  /// Value of the first header with this name, without regard to case; empty if there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

inline constexpr std::size_t kHeadBytesMax = std::size_t{16} * 1024;
inline constexpr std::size_t kBodyBytesMax = std::size_t{64} * 1024;

/// A message at the start of `text` and the bytes it takes. None: more bytes are needed.
/// Errors: kDataLoss  not RTSP, or over a limit.
struct ParsedMessage {
  Message message;
  std::size_t bytes = 0;
};
[[nodiscard]] Result<std::optional<ParsedMessage>> parse_message(std::string_view text);

/// A request with its CSeq; header lines are added as they are.
[[nodiscard]] std::string make_request(std::string_view method, std::string_view url, int sequence,
                                       const Headers& headers);

[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace candor::rtsp
