// SPDX-License-Identifier: Apache-2.0
// Sessions: found over all hosts, begun and ended on the host of the room.
#include <algorithm>
#include <charconv>
#include <utility>

#include <boost/asio.hpp>
#include <boost/json.hpp>

#include "monitor/answers.h"
#include "monitor/api.h"
#include "monitor/session_pages.h"
#include "net/json_client.h"

namespace candor::monitor {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;
using records::PersonKind;
using records::Records;

constexpr std::size_t kPageMax = 200;
constexpr std::size_t kPageDefault = 50;

std::string query_of(const HttpRequest& request, std::string_view name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? "" : found->second;
}

Result<std::size_t> limit_of(const HttpRequest& request) {
  const std::string text = query_of(request, "limit");
  std::size_t limit = kPageDefault;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (!text.empty() &&
      (code != std::errc() || end != text.data() + text.size() || limit < 1 || limit > kPageMax)) {
    return fail(ErrorKind::kInvalidArgument, "'limit' must be a number from 1 to 200");
  }
  return limit;
}

// The question for one host; `people` are the ids behind the names that were typed.
net::ClientRequest list_request(const HttpRequest& request, const std::vector<std::string>& people,
                                std::size_t limit, const std::string& before) {
  net::ClientRequest asked;
  asked.target = "/v1/sessions?limit=" + std::to_string(limit);
  for (const char* name : {"q", "room", "case", "from", "to", "open"}) {
    if (const std::string value = query_of(request, name); !value.empty()) {
      asked.target += "&" + std::string(name) + "=" + net::encode_parameter(value);
    }
  }
  if (!before.empty()) {
    asked.target += "&before=" + net::encode_parameter(before);
  }
  std::string ids;
  for (const std::string& id : people) {
    ids += (ids.empty() ? "" : ",") + id;
  }
  asked.target += ids.empty() ? "" : "&people=" + net::encode_parameter(ids);
  return asked;
}

HostPage page_of(const std::string& host, json::object answer) {
  HostPage page{.host = host, .sessions = {}};
  if (json::value* sessions = answer.if_contains("sessions"); sessions != nullptr) {
    page.sessions = std::move(sessions->as_array());
  }
  const json::value* next = answer.if_contains("next");
  page.has_more = next != nullptr && !next->is_null();
  for (json::value& session : page.sessions) {
    session.as_object()["host"] = host;
  }
  return page;
}

// The id of a person that was given by id or by name.
Result<std::string> id_of(Records& records, PersonKind kind, const json::value& given) {
  if (!given.is_object()) {
    return fail(ErrorKind::kInvalidArgument, R"(a person is given as {"name"} or {"id"})");
  }
  CANDOR_TRY(std::string id, net::optional_text_field(given.get_object(), "id"));
  if (id.empty()) {
    CANDOR_TRY(const std::string name, net::text_field(given.get_object(), "name"));
    return records.people.find_or_create(kind, name);
  }
  if (!id.starts_with(kind == PersonKind::kPerson ? "P-" : "O-")) {
    return fail(ErrorKind::kInvalidArgument,
                id + " is not an id of this kind: who is heard has P-, who asks has O-");
  }
  CANDOR_TRY(const auto name, records.people.find(id));
  if (!name.has_value()) {
    return fail(ErrorKind::kNotFound, "nobody has the id " + id);
  }
  return id;
}

// The request as the host takes it: ids in the place of names.
Result<json::object> host_body(Records& records, const json::object& body, std::string by) {
  CANDOR_TRY(const std::string room, net::text_field(body, "room"));
  CANDOR_TRY(const std::string case_id, net::text_field(body, "case"));
  const json::value* person = body.if_contains("person");
  const json::value* interrogators = body.if_contains("interrogators");
  if (person == nullptr || interrogators == nullptr || !interrogators->is_array()) {
    return fail(ErrorKind::kInvalidArgument, "'person' and a list of 'interrogators' are needed");
  }
  CANDOR_TRY(const std::string person_id, id_of(records, PersonKind::kPerson, *person));
  json::array officers;
  for (const json::value& one : interrogators->get_array()) {
    CANDOR_TRY(const std::string id, id_of(records, PersonKind::kOfficer, one));
    officers.emplace_back(id);
  }
  return json::object{{"room", room},
                      {"case", case_id},
                      {"person", person_id},
                      {"interrogators", std::move(officers)},
                      {"by", std::move(by)}};
}

void add_ids(const json::object& session, std::vector<std::string>& ids) {
  if (const json::value* person = session.if_contains("person");
      person != nullptr && person->is_string()) {
    ids.emplace_back(person->get_string());
  }
  const json::value* interrogators = session.if_contains("interrogators");
  if (interrogators != nullptr && interrogators->is_array()) {
    for (const json::value& one : interrogators->get_array()) {
      if (one.is_string()) {
        ids.emplace_back(one.get_string());
      }
    }
  }
}

void replace_ids(json::object& session, const std::map<std::string, std::string>& names) {
  const auto named = [&](json::value& value) {
    if (!value.is_string()) {
      return;
    }
    const std::string id(value.get_string());
    const auto found = names.find(id);
    value = {{"id", id}, {"name", found == names.end() ? id : found->second}};
  };
  if (json::value* person = session.if_contains("person"); person != nullptr) {
    named(*person);
  }
  json::value* interrogators = session.if_contains("interrogators");
  if (interrogators != nullptr && interrogators->is_array()) {
    for (json::value& one : interrogators->get_array()) {
      named(one);
    }
  }
}

void hide_persons(json::object* session) {
  session->insert_or_assign("person", json::object{{"id", ""}, {"name", ""}});
  session->insert_or_assign("interrogators", json::array());
}

}  // namespace

asio::awaitable<HttpResponse> Api::sessions(Caller caller, HttpRequest request) {
  const auto& path = request.segments;
  const bool is_get = request.method == "GET";
  const bool is_end = path.size() == 4 && path[3] == "end";
  if (is_get ? path.size() > 3 : request.method != "POST" || (path.size() != 2 && !is_end)) {
    co_return no_such_path();
  }
  if (!caller.may(is_get ? records::Action::kRetrieve : records::Action::kRunSessions)) {
    co_return not_for_role(records::to_string(caller.login.role));
  }
  if (!is_get) {
    auto changing = is_end ? end_session(std::move(caller), std::move(request))
                           : start_session(std::move(caller), std::move(request));
    co_return co_await std::move(changing);
  }
  auto reading = path.size() == 3 ? show_session(std::move(caller), path[2])
                                  : list_sessions(std::move(caller), std::move(request));
  co_return co_await std::move(reading);
}

asio::awaitable<HttpResponse> Api::list_sessions(Caller caller, HttpRequest request) {
  const auto limit = limit_of(request);
  const auto cursor = parse_page_cursor(query_of(request, "before"));
  if (!limit.has_value() || !cursor.has_value()) {
    co_return net::error_response(limit.has_value() ? cursor.error() : limit.error());
  }
  const std::string typed = query_of(request, "q");
  const auto search = [&typed](Records& records) { return records.people.search(typed); };
  auto searching = desk_.ask(search);
  const auto people = co_await std::move(searching);
  if (!people.has_value()) {
    co_return net::error_response(people.error());
  }
  std::vector<HostPage> pages;
  json::array away;
  for (const auto& host : hosts_) {
    const auto place = cursor->find(host->name());
    if (place != cursor->end() && !place->second.has_value()) {
      continue;  // This host's list was at its end.
    }
    const std::string before = place == cursor->end() ? "" : place->second.value_or("");
    auto asking = host->ask(list_request(request, *people, *limit, before));
    Result<json::object> answer = co_await std::move(asking);
    if (answer.has_value()) {
      pages.push_back(page_of(host->name(), std::move(*answer)));
    } else if (answer.error().kind() == ErrorKind::kInvalidArgument) {
      co_return net::error_response(answer.error());
    } else {
      away.emplace_back(host->name());
    }
  }
  MergedPage page = merge_pages(std::move(pages), *cursor, *limit);
  std::vector<json::object*> named;
  for (json::value& session : page.sessions) {
    named.push_back(&session.as_object());
  }
  auto naming = add_names(std::move(caller), named);
  co_await std::move(naming);
  const json::value next = page.next.has_value() ? json::value(to_string(*page.next)) : nullptr;
  co_return net::json_response(
      200, {{"sessions", std::move(page.sessions)}, {"next", next}, {"away", std::move(away)}});
}

asio::awaitable<HttpResponse> Api::show_session(Caller caller, std::string session) {
  auto finding = host_of_session(session);
  const Result<HostLink*> host = co_await std::move(finding);
  if (!host.has_value()) {
    co_return net::error_response(host.error());
  }
  net::ClientRequest request;
  request.target = "/v1/sessions/" + net::encode_parameter(session);
  auto asking = (*host)->ask(std::move(request));
  Result<json::object> answer = co_await std::move(asking);
  auto naming = named(std::move(caller), 200, std::move(answer));
  co_return co_await std::move(naming);
}

asio::awaitable<HttpResponse> Api::start_session(Caller caller, HttpRequest request) {
  const auto body = net::parse_object(request.body);
  if (!body.has_value()) {
    co_return net::error_response(body.error());
  }
  // Before the register is asked: nobody is entered for a session that cannot be.
  const auto room = net::text_field(*body, "room");
  HostLink* host = room.has_value() ? host_of_room(*room) : nullptr;
  if (host == nullptr) {
    co_return net::error_response(
        room.has_value() ? Error(ErrorKind::kNotFound, "there is no room '" + *room + "'")
                         : room.error());
  }
  const auto translate = [&](Records& records) {
    return host_body(records, *body, options_.name + "/" + caller.login.account);
  };
  auto translating = desk_.ask(translate);
  const Result<json::object> asked = co_await std::move(translating);
  if (!asked.has_value()) {
    co_return net::error_response(asked.error());
  }
  auto asking = host->ask(net::json_post("/v1/sessions", *asked));
  Result<json::object> answer = co_await std::move(asking);
  auto naming = named(std::move(caller), 201, std::move(answer));
  co_return co_await std::move(naming);
}

asio::awaitable<HttpResponse> Api::end_session(Caller caller, HttpRequest request) {
  const std::string session = request.segments[2];
  const auto body = net::parse_object(request.body);
  const auto reason = body.has_value() ? net::optional_text_field(*body, "reason")
                                       : Result<std::string>(fail(body.error()));
  if (!reason.has_value()) {
    co_return net::error_response(reason.error());
  }
  auto finding = host_of_session(session);
  const Result<HostLink*> host = co_await std::move(finding);
  if (!host.has_value()) {
    co_return net::error_response(host.error());
  }
  json::object asked;
  asked["by"] = options_.name + "/" + caller.login.account;
  asked["reason"] = *reason;
  const std::string target = "/v1/sessions/" + net::encode_parameter(session) + "/end";
  auto asking = (*host)->ask(net::json_post(target, asked));
  Result<json::object> answer = co_await std::move(asking);
  auto naming = named(std::move(caller), 200, std::move(answer));
  co_return co_await std::move(naming);
}

asio::awaitable<HttpResponse> Api::named(Caller caller, unsigned status,
                                         Result<json::object> session) {
  if (!session.has_value()) {
    co_return net::error_response(session.error());
  }
  std::vector<json::object*> one;
  one.push_back(&*session);
  auto naming = add_names(std::move(caller), one);
  co_await std::move(naming);
  co_return net::json_response(status, *session);
}

asio::awaitable<void> Api::add_names(Caller caller, std::span<json::object*> sessions) {
  if (!caller.may(records::Action::kRetrieve)) {
    std::ranges::for_each(sessions, hide_persons);
    co_return;
  }
  std::vector<std::string> ids;
  for (const json::object* session : sessions) {
    add_ids(*session, ids);
  }
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  const auto look = [&ids](Records& records) { return records.people.names_of(ids); };
  auto looking = desk_.ask(look);
  const auto names = co_await std::move(looking);
  for (json::object* session : sessions) {
    replace_ids(*session, names.value_or(std::map<std::string, std::string>()));
  }
}

// With one host there is nothing to look for; with several, each is asked.
asio::awaitable<Result<HostLink*>> Api::host_of_session(std::string session) {
  if (hosts_.size() == 1) {
    co_return hosts_.front().get();
  }
  Error why(ErrorKind::kNotFound, "there is no session " + session);
  for (const auto& host : hosts_) {
    net::ClientRequest request;
    request.target = "/v1/sessions/" + net::encode_parameter(session);
    auto asking = host->ask(std::move(request));
    const Result<json::object> answer = co_await std::move(asking);
    if (answer.has_value()) {
      co_return host.get();
    }
    if (answer.error().kind() != ErrorKind::kNotFound) {
      why = answer.error();
    }
  }
  co_return fail(std::move(why));
}

}  // namespace candor::monitor
