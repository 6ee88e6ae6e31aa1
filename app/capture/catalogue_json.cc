// SPDX-License-Identifier: Apache-2.0
#include "app/capture/catalogue_json.h"

#include <charconv>
#include <sstream>
#include <utility>

#include <boost/json.hpp>

namespace candor::app {
namespace {

namespace json = boost::json;

json::value time_or_null(const std::optional<UtcTime>& time) {
  return time.has_value() ? json::value(to_rfc3339(*time)) : json::value(nullptr);
}

std::optional<std::string> text_parameter(const net::HttpRequest& request, std::string_view name) {
  const auto found = request.query.find(name);
  return found == request.query.end() || found->second.empty()
             ? std::nullopt
             : std::optional<std::string>(found->second);
}

// Values with commas between them.
std::vector<std::string> list_parameter(const net::HttpRequest& request, std::string_view name) {
  std::vector<std::string> list;
  std::istringstream text(text_parameter(request, name).value_or(""));
  for (std::string one; std::getline(text, one, ',');) {
    list.push_back(std::move(one));
  }
  return list;
}

}  // namespace

json::object session_json(const storage::SessionRecord& session, std::string_view host,
                          std::size_t copies) {
  return {{"session", to_string(session.session)},
          {"host", host},
          {"room", session.room},
          {"case", session.case_id},
          {"person", session.person},
          {"interrogators", json::value_from(session.interrogators)},
          {"by", session.opened_by},
          {"number", nullptr},
          {"started", to_rfc3339(session.started)},
          {"ended", time_or_null(session.ended)},
          {"state", session.ended.has_value() ? "closed" : "open"},
          {"gaps", session.gaps},
          {"copies", copies}};
}

json::array tracks_json(const std::vector<storage::TrackRecord>& tracks) {
  json::array all;
  for (const storage::TrackRecord& track : tracks) {
    json::array coverage;
    for (const storage::TimeRange& range : track.coverage) {
      coverage.push_back(
          json::object{{"from", to_rfc3339(range.from)}, {"to", to_rfc3339(range.to)}});
    }
    json::array gaps;
    for (const storage::GapRecord& gap : track.gaps) {
      gaps.push_back(json::object{{"from", to_rfc3339(gap.from)},
                                  {"to", time_or_null(gap.to)},
                                  {"cause", gap.cause},
                                  {"detail", gap.detail}});
    }
    all.push_back(json::object{{"stream", to_string(track.stream)},
                               {"name", track.name},
                               {"source", track.source},
                               {"media", to_string(track.media)},
                               {"codecs", track.codecs},
                               {"width", track.width},
                               {"height", track.height},
                               {"recorded_to", time_or_null(track.recorded_to)},
                               {"coverage", std::move(coverage)},
                               {"gaps", std::move(gaps)}});
  }
  return all;
}

Result<std::optional<UtcTime>> time_parameter(const net::HttpRequest& request,
                                              std::string_view name) {
  const auto text = text_parameter(request, name);
  if (!text.has_value()) {
    return std::optional<UtcTime>();
  }
  auto time = parse_rfc3339(*text);
  if (!time.has_value()) {
    return fail(std::move(time.error()).within("'" + std::string(name) + "'"));
  }
  return std::optional(*time);
}

Result<storage::SessionFilter> session_filter(const net::HttpRequest& request) {
  storage::SessionFilter filter;
  filter.room = text_parameter(request, "room");
  filter.case_id = text_parameter(request, "case");
  filter.person = text_parameter(request, "person");
  filter.interrogator = text_parameter(request, "interrogator");
  if (const auto text = text_parameter(request, "q"); text.has_value()) {
    filter.search = {.text = *text, .people = list_parameter(request, "people")};
  }
  CANDOR_TRY(filter.from, time_parameter(request, "from"));
  CANDOR_TRY(filter.to, time_parameter(request, "to"));
  if (const auto open = text_parameter(request, "open"); open.has_value()) {
    filter.open = *open == "true" || *open == "1";
  }
  if (const auto limit = text_parameter(request, "limit"); limit.has_value()) {
    const auto [end, code] =
        std::from_chars(limit->data(), limit->data() + limit->size(), filter.limit);
    if (code != std::errc() || filter.limit < 1 || filter.limit > storage::kSessionsMax) {
      return fail(ErrorKind::kInvalidArgument, "'limit' must be a number from 1 to 200");
    }
  }
  if (const auto before = text_parameter(request, "before"); before.has_value()) {
    CANDOR_TRY(filter.before, parse_uuid(*before));
  }
  return filter;
}

}  // namespace candor::app
