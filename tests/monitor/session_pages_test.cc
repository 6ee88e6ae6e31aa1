// SPDX-License-Identifier: Apache-2.0
#include "monitor/session_pages.h"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

namespace candor::monitor {
namespace {

namespace json = boost::json;

std::string id_of(int minute) { return fmt::format("018f0000-0000-7000-8000-{:012}", minute); }

// A host's page from the minutes at which its sessions began: "9 7 3"; '+' at its end: has more.
HostPage page(const std::string& host, std::string_view minutes) {
  HostPage page{.host = host, .sessions = {}, .has_more = minutes.ends_with('+')};
  for (const char c : minutes) {
    if (c >= '0' && c <= '9') {
      page.sessions.push_back({{"host", host},
                               {"session", id_of(c - '0')},
                               {"started", fmt::format("2026-11-24T08:0{}:00Z", c)}});
    }
  }
  return page;
}

// "9 8 7 | a=7 b=8": what is shown, and where the next page begins.
std::string merged(std::vector<HostPage> pages, std::size_t limit, const PageCursor& cursor = {}) {
  const MergedPage result = merge_pages(std::move(pages), cursor, limit);
  std::string text;
  for (const json::value& session : result.sessions) {
    text += std::string(1, session.at("session").as_string().back()) + " ";
  }
  text += "|";
  for (const auto& [host, place] : result.next.value_or(PageCursor())) {
    text += fmt::format(" {}={}", host, place.has_value() ? place->substr(35) : "-");
  }
  return text;
}

TEST(SessionPagesTest, PutsSessionsOfTwoHostsInOneOrder) {
  EXPECT_EQ(merged({page("a", "9 7 3"), page("b", "8 2")}, 10), "9 8 7 3 2 |");
}

TEST(SessionPagesTest, GoesOnBehindTheLastOneShownOfEachHost) {
  EXPECT_EQ(merged({page("a", "9 7 3"), page("b", "8 2")}, 3), "9 8 7 | a=7 b=8");
}

TEST(SessionPagesTest, AsksAHostThatHasMore) {
  EXPECT_EQ(merged({page("a", "9 8 +"), page("b", "")}, 2), "9 8 | a=8 b=-");
}

TEST(SessionPagesTest, LeavesAHostWhoseSessionsWereAllTooOldAtItsPlace) {
  EXPECT_EQ(merged({page("a", "9 8 +"), page("b", "1")}, 2), "9 8 | a=8");
  EXPECT_EQ(merged({page("a", "9 8 +"), page("b", "1")}, 2, {{"b", id_of(5)}}), "9 8 | a=8 b=5");
}

TEST(SessionPagesTest, KeepsThePlaceOfAHostThatIsAway) {
  EXPECT_EQ(merged({page("a", "9 8 +")}, 2, {{"away", id_of(6)}}), "9 8 | a=8 away=6");
}

TEST(SessionPagesTest, EndsWhenAllAreUsedUp) {
  EXPECT_EQ(merged({page("a", "9"), page("b", "8")}, 2), "9 8 |");
  EXPECT_EQ(merged({}, 2), "|");
}

TEST(SessionPagesTest, ReadsTheCursorThatItWrites) {
  const PageCursor cursor{{"host-1", id_of(3)}, {"host-2", std::nullopt}};

  EXPECT_EQ(to_string(cursor), "host-1=018f0000-0000-7000-8000-000000000003,host-2=-");
  EXPECT_EQ(parse_page_cursor(to_string(cursor)).value(), cursor);
  EXPECT_TRUE(parse_page_cursor("")->empty());
}

TEST(SessionPagesTest, RefusesWhatIsNoCursor) {
  for (const char* text : {"x", "host-1", "host-1=", "host-1=x", "=-", "HOST=-", ",", "a=-,,b=-",
                           "host-1=018f0000-0000-7000-8000-00000000000"}) {
    EXPECT_FALSE(parse_page_cursor(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace candor::monitor
