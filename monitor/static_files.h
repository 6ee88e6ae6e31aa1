// SPDX-License-Identifier: Apache-2.0
// The console's files from one folder, with the headers of docs/design/api.md; unknown paths get
// the page itself.
#pragma once

#include <string>

#include "net/http.h"

namespace candor::monitor {

/// Reads the whole file: they are small. Thread: the blocking pool.
[[nodiscard]] net::HttpResponse static_file(const std::string& folder,
                                            const net::HttpRequest& request);

/// The headers that every page carries.
void add_page_headers(net::HttpResponse& response);

}  // namespace candor::monitor
