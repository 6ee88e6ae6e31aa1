// SPDX-License-Identifier: Apache-2.0
// One list of sessions out of those of several hosts, page by page. What a page's cursor means is
// known here only.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>

#include "core/result.h"

namespace candor::monitor {

/// Where each host's list goes on: the id of the last session shown, or none when it is at its end.
using PageCursor = std::map<std::string, std::optional<std::string>>;

/// "host-1=<uuid>,host-2=-"; an empty text is the first page.
/// Errors: kInvalidArgument  not such a text.
[[nodiscard]] Result<PageCursor> parse_page_cursor(std::string_view text);
[[nodiscard]] std::string to_string(const PageCursor& cursor);

/// What one host answered from its place on.
struct HostPage {
  std::string host;
  boost::json::array sessions;  // Newest first, each with "session" and "started".
  bool has_more = false;
};

struct MergedPage {
  boost::json::array sessions;     // Newest first, at most `limit`.
  std::optional<PageCursor> next;  // None: there are no more.
};

/// `cursor` is the one that the pages were asked with.
[[nodiscard]] MergedPage merge_pages(std::vector<HostPage> pages, const PageCursor& cursor,
                                     std::size_t limit);

}  // namespace candor::monitor
