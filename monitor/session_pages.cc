// SPDX-License-Identifier: Apache-2.0
#include "monitor/session_pages.h"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "core/ids.h"

namespace candor::monitor {
namespace {

namespace json = boost::json;

constexpr std::string_view kAtEnd = "-";

std::string text_of(const json::value& session, std::string_view field) {
  return std::string(session.as_object().at(field).as_string());
}

// The host whose next session is the newest; none when all are used up.
HostPage* newest(std::vector<HostPage>& pages, std::map<std::string, std::size_t>& used) {
  HostPage* best = nullptr;
  std::string best_started;
  for (HostPage& page : pages) {
    const std::size_t at = used[page.host];
    if (at == page.sessions.size()) {
      continue;
    }
    std::string started = text_of(page.sessions[at], "started");
    if (best == nullptr || started > best_started) {
      best = &page;
      best_started = std::move(started);
    }
  }
  return best;
}

}  // namespace

Result<PageCursor> parse_page_cursor(std::string_view text) {
  PageCursor cursor;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    const std::string_view entry = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = std::min(entry.find('='), entry.size());
    const std::string_view host = entry.substr(0, equals);
    const std::string_view place = entry.substr(std::min(equals + 1, entry.size()));
    if (!is_slug(host) || (place != kAtEnd && !parse_uuid(place).has_value())) {
      return fail(ErrorKind::kInvalidArgument, "'before' is not the 'next' of a page");
    }
    cursor[std::string(host)] =
        place == kAtEnd ? std::nullopt : std::optional<std::string>(std::string(place));
  }
  return cursor;
}

std::string to_string(const PageCursor& cursor) {
  std::string text;
  for (const auto& [host, place] : cursor) {
    text += (text.empty() ? "" : ",") + host + "=" + place.value_or(std::string(kAtEnd));
  }
  return text;
}

MergedPage merge_pages(std::vector<HostPage> pages, const PageCursor& cursor, std::size_t limit) {
  MergedPage merged;
  std::map<std::string, std::size_t> used;
  while (merged.sessions.size() < limit) {
    HostPage* page = newest(pages, used);
    if (page == nullptr) {
      break;
    }
    merged.sessions.push_back(std::move(page->sessions[used[page->host]]));
    ++used[page->host];
  }
  PageCursor next = cursor;
  bool has_more = false;
  // From the end of what is shown back: the first of a host's met is its last.
  std::map<std::string, std::string> last;
  for (const json::value& session : merged.sessions) {
    last[text_of(session, "host")] = text_of(session, "session");
  }
  for (const HostPage& page : pages) {
    const bool is_used_up = used[page.host] == page.sessions.size() && !page.has_more;
    has_more = has_more || !is_used_up;
    if (is_used_up) {
      next[page.host] = std::nullopt;
    } else if (const auto shown = last.find(page.host); shown != last.end()) {
      next[page.host] = shown->second;
    }
  }
  if (has_more) {
    merged.next = std::move(next);
  }
  return merged;
}

}  // namespace candor::monitor
