// SPDX-License-Identifier: Apache-2.0
// A range of a stream as an HTTP answer: Range, If-Range, strong ETag (RFC 9110). What the file is
// made of is retrieve/.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/ids.h"
#include "net/http.h"

namespace candor::app {

struct MediaPlace {
  std::string index_path;
  std::vector<std::string> volume_roots;
  std::optional<Uuid> session;  // None: a continuous room's, at any time.
  std::string room;             // Whose stream it must be, without a session.
  Uuid stream;
};

/// Reads the index and opens the files. Thread: the blocking pool.
[[nodiscard]] net::HttpResponse media_response(const MediaPlace& place,
                                               const net::HttpRequest& request);

}  // namespace candor::app
