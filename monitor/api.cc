// SPDX-License-Identifier: Apache-2.0
#include "monitor/api.h"

#include <algorithm>
#include <utility>

#include <boost/asio.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/log.h"
#include "monitor/answers.h"
#include "monitor/static_files.h"
#include "net/json.h"

namespace candor::monitor {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;
using records::Records;

constexpr std::string_view kCookie = "candor_session";

// The value of our cookie; empty without one.
std::string token_of(const HttpRequest& request) {
  std::string_view cookies = request.header("cookie");
  while (!cookies.empty()) {
    const std::size_t end = std::min(cookies.find(';'), cookies.size());
    std::string_view cookie = cookies.substr(0, end);
    cookies.remove_prefix(std::min(end + 1, cookies.size()));
    cookie.remove_prefix(std::min(cookie.find_first_not_of(' '), cookie.size()));
    const std::size_t equals = cookie.find('=');
    if (equals != std::string_view::npos && cookie.substr(0, equals) == kCookie) {
      return std::string(cookie.substr(equals + 1));
    }
  }
  return "";
}

json::object account_json(const records::Login& login) {
  return {{"name", login.account}, {"role", records::to_string(login.role)}};
}

// A form of another site cannot send this type without asking first.
bool is_json(const HttpRequest& request) {
  return request.header("content-type").starts_with("application/json");
}

struct LoginTry {
  Result<records::NewLogin> login;
  std::chrono::seconds wait{0};  // After too many failures.
};

LoginTry try_login(Records& records, const std::string& name, const std::string& password,
                   const std::string& peer) {
  const UtcTime now = SystemClock().utc();
  const auto account = records.accounts.verify(name, password, peer, now);
  if (account.has_value()) {
    return {.login = records.logins.begin(*account, now)};
  }
  LoginTry failed{.login = fail(account.error())};
  if (account.error().kind() == ErrorKind::kResourceExhausted) {
    failed.wait = records.accounts.retry_after(name, peer, now).value_or(std::chrono::seconds(1));
  }
  return failed;
}

HttpResponse login_refused(const LoginTry& tried) {
  const Error& error = tried.login.error();
  if (error.kind() == ErrorKind::kPermissionDenied) {
    return unauthenticated(error.message());
  }
  HttpResponse response = net::error_response(error);
  if (error.kind() == ErrorKind::kResourceExhausted) {
    response.status = 429;
    response.headers.emplace_back("Retry-After", std::to_string(tried.wait.count()));
  }
  return response;
}

json::object transcodes_json(const TranscodeCounts& counts) {
  return {{"sounds", counts.sounds},
          {"pictures", counts.pictures},
          {"pictures_refused", counts.pictures_refused}};
}

json::object host_json(const HostLink& host) {
  const json::value* volumes = host.status().if_contains("volumes");
  const json::value* continuous = host.status().if_contains("continuous");
  const json::value* copies = host.status().if_contains("copies");
  return {{"host", host.name()},
          {"state", host.is_connected() ? "connected" : "away"},
          {"since", to_rfc3339(host.since())},
          {"volumes", volumes == nullptr ? json::array() : *volumes},
          {"continuous", continuous == nullptr ? json::value() : *continuous},
          {"copies", copies == nullptr ? json::value() : *copies}};
}

Result<records::ViewingRequest> viewing_request(const json::object& body) {
  records::ViewingRequest wanted;
  CANDOR_TRY(const std::string room, net::optional_text_field(body, "room"));
  CANDOR_TRY(const std::string session, net::optional_text_field(body, "session"));
  if (room.empty() == session.empty()) {
    return fail(ErrorKind::kInvalidArgument, "one of 'room' and 'session' is needed");
  }
  wanted.target = room.empty() ? records::ViewingTarget{records::ViewingKind::kSession, session}
                               : records::ViewingTarget{records::ViewingKind::kRoom, room};
  CANDOR_TRY(const std::string reason, net::text_field(body, "reason"));
  CANDOR_TRY(wanted.reason, records::parse_viewing_reason(reason));
  CANDOR_TRY(wanted.note, net::optional_text_field(body, "note"));
  return wanted;
}

}  // namespace

Api::Api(Desk& desk, const Hosts& hosts, LiveHub& hub, asio::thread_pool& blocking,
         ApiOptions options)
    : desk_(desk), hosts_(hosts), hub_(hub), blocking_(blocking), options_(std::move(options)) {}

asio::awaitable<HttpResponse> Api::handle(HttpRequest request) {
  if (request.segments.empty() || request.segments.front() != "api") {
    const auto read = [this, &request] { return static_file(options_.console, request); };
    auto reading = net::run_blocking(blocking_.get_executor(), read);
    co_return co_await std::move(reading);
  }
  auto answering = answer(std::move(request));
  HttpResponse response = co_await std::move(answering);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  co_return response;
}

// Who asks, and may this request come from our own page?
asio::awaitable<HttpResponse> Api::answer(HttpRequest request) {
  const bool is_login = request.segments == std::vector<std::string>{"api", "login"};
  if (is_login && request.method == "POST") {
    auto trying = login(std::move(request));
    co_return co_await std::move(trying);
  }
  std::string token = token_of(request);
  const auto find = [&token](Records& records) {
    return records.logins.find(token, SystemClock().utc());
  };
  auto finding = desk_.ask(find);
  Result<records::Login> found = co_await std::move(finding);
  if (!found.has_value()) {
    co_return found.error().kind() == ErrorKind::kPermissionDenied
        ? unauthenticated("log in first")
        : net::error_response(found.error());
  }
  const bool changes = request.method != "GET" && request.method != "HEAD";
  if (changes && !records::equal_in_constant_time(as_bytes(request.header("x-candor-csrf")),
                                                  as_bytes(found->csrf))) {
    co_return net::error_response(
        Error(ErrorKind::kPermissionDenied, "the header X-Candor-CSRF is missing or wrong"));
  }
  Caller caller{.login = std::move(*found), .token = std::move(token)};
  auto routing = route(std::move(caller), std::move(request));
  co_return co_await std::move(routing);
}

asio::awaitable<HttpResponse> Api::route(Caller caller, HttpRequest request) {
  const auto& path = request.segments;
  const std::string& first = path.size() > 1 ? path[1] : path[0];
  if (first == "sessions" && path.size() <= 4 && path.back() != "media.mp4") {
    auto asking = sessions(std::move(caller), std::move(request));
    co_return co_await std::move(asking);
  }
  if (path.size() > 3) {
    auto asking = media(std::move(caller), std::move(request));
    co_return co_await std::move(asking);
  }
  const std::string what = path.size() == 2 ? request.method + " " + first : "";
  if (what == "GET me") {
    co_return me(caller);
  }
  if (what == "GET live") {
    co_return live(caller, request);
  }
  if (what == "GET rooms") {
    auto asking = rooms(std::move(caller));
    co_return co_await std::move(asking);
  }
  if (what == "POST viewings") {
    auto adding = add_viewing(std::move(caller), std::move(request));
    co_return co_await std::move(adding);
  }
  if (what == "POST logout") {
    auto ending = logout(std::move(caller));
    co_return co_await std::move(ending);
  }
  co_return no_such_path();
}

asio::awaitable<HttpResponse> Api::login(HttpRequest request) {
  if (!is_json(request)) {
    co_return net::error_response(
        Error(ErrorKind::kInvalidArgument, "a login is sent as application/json"));
  }
  const auto body = net::parse_object(request.body);
  if (!body.has_value()) {
    co_return net::error_response(body.error());
  }
  const auto name = net::text_field(*body, "name");
  const auto password = net::text_field(*body, "password");
  if (!name.has_value() || !password.has_value()) {
    co_return net::error_response(name.has_value() ? password.error() : name.error());
  }
  const auto job = [&](Records& records) {
    return try_login(records, *name, *password, request.peer);
  };
  auto trying = desk_.ask(job);
  const LoginTry tried = co_await std::move(trying);
  if (!tried.login.has_value()) {
    log::warn("monitor.login-refused", {{"peer", request.peer}});
    co_return login_refused(tried);
  }
  const records::Login& login = tried.login->login;
  log::info("monitor.login", {{"account", login.account}, {"peer", request.peer}});
  HttpResponse response =
      net::json_response(200, {{"account", account_json(login)}, {"csrf", login.csrf}});
  response.headers.emplace_back(
      "Set-Cookie",
      fmt::format("{}={}; HttpOnly; SameSite=Strict; Path=/", kCookie, tried.login->token));
  co_return response;
}

asio::awaitable<HttpResponse> Api::logout(Caller caller) {
  const auto end = [&caller](Records& records) { return records.logins.end(caller.token); };
  auto ending = desk_.ask(end);
  const Result<void> ended = co_await std::move(ending);
  if (!ended.has_value()) {
    co_return net::error_response(ended.error());
  }
  for (const Page& page : pages_) {
    if (page.token == caller.token) {
      page.socket->cancel();
    }
  }
  HttpResponse response{.status = 204};
  response.headers.emplace_back(
      "Set-Cookie", fmt::format("{}=; Max-Age=0; HttpOnly; SameSite=Strict; Path=/", kCookie));
  co_return response;
}

HttpResponse Api::me(const Caller& caller) const {
  return net::json_response(200, {{"account", account_json(caller.login)},
                                  {"csrf", caller.login.csrf},
                                  {"version", options_.version}});
}

asio::awaitable<HttpResponse> Api::rooms(Caller caller) {
  json::array hosts;
  json::array rooms;
  for (const auto& host : hosts_) {
    hosts.push_back(host_json(*host));
    const json::value* known = host->status().if_contains("rooms");
    if (known == nullptr) {
      continue;  // It was never there.
    }
    for (const json::value& room : known->as_array()) {
      json::object copy = room.as_object();
      copy["host"] = host->name();
      rooms.push_back(std::move(copy));
    }
  }
  std::vector<json::object*> sessions;
  for (json::value& room : rooms) {
    json::value* session = room.get_object().if_contains("session");
    if (session != nullptr && session->is_object()) {
      sessions.push_back(&session->get_object());
    }
  }
  auto naming = add_names(std::move(caller), sessions);
  co_await std::move(naming);
  json::array alarms = options_.alarms ? options_.alarms() : json::array();
  co_return net::json_response(200, {{"now", to_rfc3339(SystemClock().utc())},
                                     {"hosts", std::move(hosts)},
                                     {"transcodes", transcodes_json(hub_.transcodes())},
                                     {"alarms", std::move(alarms)},
                                     {"rooms", std::move(rooms)}});
}

asio::awaitable<HttpResponse> Api::add_viewing(Caller caller, HttpRequest request) {
  const auto body = net::parse_object(request.body);
  const auto wanted = body.has_value() ? viewing_request(*body) : fail(body.error());
  if (!wanted.has_value()) {
    co_return net::error_response(wanted.error());
  }
  // A room is looked at live, or in its recordings when it records always.
  const bool is_room = wanted->target.kind == records::ViewingKind::kRoom;
  if (!caller.may(records::Action::kRetrieve) && !(is_room && caller.may(records::Action::kLive))) {
    co_return not_for_role(records::to_string(caller.login.role));
  }
  const auto add = [&](Records& records) {
    return records.viewings.add(caller.login, *wanted, SystemClock().utc());
  };
  auto adding = desk_.ask(add);
  const Result<std::int64_t> viewing = co_await std::move(adding);
  co_return viewing.has_value() ? net::json_response(201, {{"viewing", std::to_string(*viewing)}})
                                : net::error_response(viewing.error());
}

void Api::tell_host(const HostLink& host) {
  const json::object message{{"type", host.is_connected() ? "back" : "away"},
                             {"host", host.name()},
                             {"since", to_rfc3339(host.since())}};
  for (const Page& page : pages_) {
    page.session->tell(message);
  }
}

asio::awaitable<Result<void>> Api::check_viewing(records::Login login,
                                                 records::ViewingTarget target) {
  const auto look = [&](Records& records) { return records.viewings.granted(login, target); };
  auto looking = desk_.ask(look);
  const Result<bool> granted = co_await std::move(looking);
  if (!granted.has_value()) {
    co_return fail(granted.error());
  }
  if (!*granted) {
    co_return fail(ErrorKind::kPermissionDenied,
                   "say first why you look: POST /api/viewings for this " +
                       std::string(records::to_string(target.kind)));
  }
  co_return Result<void>();
}

HostLink* Api::host_of_room(std::string_view room) const {
  const auto found =
      std::ranges::find_if(hosts_, [&](const auto& host) { return host->has_room(room); });
  return found == hosts_.end() ? nullptr : found->get();
}

}  // namespace candor::monitor
