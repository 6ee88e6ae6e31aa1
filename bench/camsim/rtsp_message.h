// SPDX-License-Identifier: Apache-2.0
// RTSP requests out of a TCP stream. Interleaved RTCP from the client is skipped. No sockets.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

namespace candor::camsim {

struct RtspRequest {
  std::string method;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;

  /// The first header of that name, whatever its case; empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// True when two ASCII texts are equal but for case.
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);

/// Collects bytes and hands out whole requests. One thread.
class RtspReader {
 public:
  static constexpr std::size_t kRequestBytesMax = 16384;

  void append(std::string_view bytes) { pending_.append(bytes); }

  /// The next whole request, or none until more bytes come.
  /// Errors: kInvalidArgument a request line or header that is none, or a request above
  /// kRequestBytesMax; the connection is to be closed.
  [[nodiscard]] Result<std::optional<RtspRequest>> next();

 private:
  [[nodiscard]] bool skip_interleaved();

  std::string pending_;
};

}  // namespace candor::camsim
