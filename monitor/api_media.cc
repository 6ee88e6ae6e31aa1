// SPDX-License-Identifier: Apache-2.0
// Recordings and live view: the host's answer is passed on, after the caller has said why they
// look.
#include <algorithm>
#include <array>
#include <utility>

#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/json.hpp>

#include "core/log.h"
#include "monitor/answers.h"
#include "monitor/api.h"

namespace candor::monitor {
namespace {

namespace asio = boost::asio;
using net::HttpRequest;
using net::HttpResponse;
using records::Records;

constexpr std::array kPassedToHost = {"range", "if-range", "if-none-match"};
constexpr std::array kPassedToCaller = {"Content-Type",  "Accept-Ranges", "ETag",
                                        "Cache-Control", "X-Candor-From", "X-Candor-To",
                                        "Content-Range"};

// The path and query of the link for one of ours: "/api/sessions/..." is "/v1/sessions/...".
net::ClientRequest host_request(const HttpRequest& request) {
  net::ClientRequest asked;
  asked.method = request.method;
  asked.target = "/v1";
  for (std::size_t i = 1; i < request.segments.size(); ++i) {
    asked.target += "/" + net::encode_parameter(request.segments[i]);
  }
  char separator = '?';
  for (const auto& [name, value] : request.query) {
    asked.target += separator + net::encode_parameter(name) + "=" + net::encode_parameter(value);
    separator = '&';
  }
  for (const char* name : kPassedToHost) {
    if (const std::string_view value = request.header(name); !value.empty()) {
      asked.headers.emplace_back(name, value);
    }
  }
  return asked;
}

HttpResponse passed_on(std::unique_ptr<net::ClientResponse> answer) {
  HttpResponse response;
  response.status = answer->status();
  for (const char* name : kPassedToCaller) {
    if (std::string value = answer->header(name); !value.empty()) {
      response.headers.emplace_back(name, std::move(value));
    }
  }
  response.stream = std::move(answer);
  return response;
}

// A page of another site could open a WebSocket; the browser tells whose page it is.
bool is_own_page(const HttpRequest& request) {
  const std::string_view origin = request.header("origin");
  const std::size_t host = origin.find("://");
  return origin.empty() ||
         (host != std::string_view::npos && origin.substr(host + 3) == request.header("host"));
}

std::string_view kind_of(const HostLink& host, std::string_view room) {
  const boost::json::object* found = host.find_room(room);
  return found == nullptr ? std::string_view() : std::string_view(found->at("kind").as_string());
}

}  // namespace

// Among the open pages for as long as it lives.
class Api::OpenPage {
 public:
  OpenPage(std::list<Page>& pages, Page page)
      : pages_(pages), at_(pages.insert(pages.end(), std::move(page))) {}
  ~OpenPage() { pages_.erase(at_); }
  OpenPage(const OpenPage&) = delete;
  OpenPage& operator=(const OpenPage&) = delete;
  OpenPage(OpenPage&&) = delete;
  OpenPage& operator=(OpenPage&&) = delete;

 private:
  std::list<Page>& pages_;
  std::list<Page>::iterator at_;
};

asio::awaitable<HttpResponse> Api::media(Caller caller, HttpRequest request) {
  const auto& path = request.segments;
  const bool is_session = path[1] == "sessions";
  const bool is_media = path.size() == 6 && path[3] == "streams" && path[5] == "media.mp4";
  const bool is_tracks = !is_session && path.size() == 4 && path[3] == "tracks";
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (!reads || (!is_media && !is_tracks) || (!is_session && path[1] != "rooms")) {
    co_return no_such_path();
  }
  if (!caller.may(records::Action::kRetrieve)) {
    co_return not_for_role(records::to_string(caller.login.role));
  }
  records::ViewingTarget target;
  target.kind = is_session ? records::ViewingKind::kSession : records::ViewingKind::kRoom;
  target.name = path[2];
  auto checking = check_viewing(caller.login, target);
  const Result<void> checked = co_await std::move(checking);
  if (!checked.has_value()) {
    co_return net::error_response(checked.error());
  }
  auto finding = host_of_media(request);
  const Result<HostLink*> host = co_await std::move(finding);
  if (!host.has_value()) {
    co_return net::error_response(host.error());
  }
  auto sending = (*host)->send(host_request(request));
  auto answer = co_await std::move(sending);
  co_return answer.has_value() ? passed_on(std::move(*answer))
                               : net::error_response(answer.error());
}

asio::awaitable<Result<HostLink*>> Api::host_of_media(HttpRequest request) {
  const std::string& name = request.segments[2];
  if (request.segments[1] == "sessions") {
    auto finding = host_of_session(name);
    co_return co_await std::move(finding);
  }
  HostLink* host = host_of_room(name);
  if (host == nullptr) {
    co_return fail(ErrorKind::kNotFound, "there is no room '" + name + "'");
  }
  // Who looks at a session says so for the session.
  if (kind_of(*host, name) != "continuous") {
    co_return fail(ErrorKind::kNotFound, "recordings of '" + name + "' are found by their session");
  }
  co_return host;
}

HttpResponse Api::live(const Caller& caller, const HttpRequest& request) {
  if (!caller.may(records::Action::kLive)) {
    return not_for_role(records::to_string(caller.login.role));
  }
  if (!is_own_page(request)) {
    return net::error_response(
        Error(ErrorKind::kPermissionDenied, "live view is for the console's own pages"));
  }
  HttpResponse response;
  response.websocket = [this, caller](std::shared_ptr<net::WebSocket> socket) {
    return serve_live(caller, std::move(socket));
  };
  return response;
}

asio::awaitable<void> Api::serve_live(Caller caller, std::shared_ptr<net::WebSocket> socket) {
  using asio::experimental::awaitable_operators::operator||;
  const auto executor = co_await asio::this_coro::executor;
  LiveSession::Options options;
  options.viewer_name = caller.login.account;
  options.ring_bytes_max = options_.viewer_ring_bytes_max;
  options.may_watch = [this, token = caller.token](std::string room) {
    return may_watch(token, std::move(room));
  };
  LiveSession session(hub_, socket, executor, std::move(options));
  Page page;
  page.session = &session;
  page.socket = socket;
  page.token = caller.token;
  const OpenPage open(pages_, std::move(page));
  auto serving = session.serve();
  auto guarding = end_with_login(caller.token, socket);
  co_await (std::move(serving) || std::move(guarding));
}

// A page that stays open must not outlive the login: logged out, locked, expired.
asio::awaitable<void> Api::end_with_login(std::string token,
                                          std::shared_ptr<net::WebSocket> socket) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    timer.expires_after(options_.login_check_interval);
    co_await timer.async_wait(asio::use_awaitable);
    const auto find = [&token](Records& records) {
      return records.logins.find(token, SystemClock().utc());
    };
    auto finding = desk_.ask(find);
    const Result<records::Login> login = co_await std::move(finding);
    if (!login.has_value() && login.error().kind() == ErrorKind::kPermissionDenied) {
      socket->cancel();
      co_return;
    }
  }
}

asio::awaitable<Result<void>> Api::may_watch(std::string token, std::string room) {
  const HostLink* host = host_of_room(room);
  if (host == nullptr) {
    co_return fail(ErrorKind::kNotFound, "there is no room '" + room + "'");
  }
  if (kind_of(*host, room) == "lawyer") {
    co_return fail(ErrorKind::kPermissionDenied, "nothing is ever shown of a lawyers' room");
  }
  const auto find = [&token](Records& records) {
    return records.logins.find(token, SystemClock().utc());
  };
  auto finding = desk_.ask(find);
  const Result<records::Login> login = co_await std::move(finding);
  if (!login.has_value()) {
    co_return fail(login.error());
  }
  records::ViewingTarget target;
  target.kind = records::ViewingKind::kRoom;
  target.name = room;
  auto checking = check_viewing(*login, target);
  co_return co_await std::move(checking);
}

}  // namespace candor::monitor
