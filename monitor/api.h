// SPDX-License-Identifier: Apache-2.0
// The monitor's API for the console (docs/design/api.md): who may do what, and to which host it
// goes. Accounts and rooms are answered in api.cc, sessions in api_sessions.cc, media and live in
// api_media.cc.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <boost/asio/thread_pool.hpp>
#include <boost/json/array.hpp>

#include "monitor/desk.h"
#include "monitor/host_link.h"
#include "monitor/live_hub.h"
#include "monitor/live_session.h"
#include "net/http.h"

namespace candor::monitor {

struct ApiOptions {
  std::string name;  // The monitor's: sessions started here are begun by "<name>/<account>".
  std::string version;
  std::string console;  // Folder of the built console.
  std::size_t viewer_ring_bytes_max = std::size_t{4} << 20;
  /// How soon an open page ends after its account was locked by `candor user`.
  std::chrono::milliseconds login_check_interval{10'000};
  /// The alarms that are open now, as GET /api/rooms shows them; empty: none ever.
  std::function<boost::json::array()> alarms{};
};

/// On the net thread. Desk, hosts, hub and pool outlive it, and it outlives the coroutines that
/// handle() gave.
class Api {
 public:
  using Hosts = std::vector<std::unique_ptr<HostLink>>;

  Api(Desk& desk, const Hosts& hosts, LiveHub& hub, boost::asio::thread_pool& blocking,
      ApiOptions options);

  [[nodiscard]] net::asio::awaitable<net::HttpResponse> handle(net::HttpRequest request);

  /// Tells every open page that a host went away or came back.
  void tell_host(const HostLink& host);

 private:
  using Response = net::asio::awaitable<net::HttpResponse>;

  // Who asks: a login that is valid now.
  struct Caller {
    records::Login login;
    std::string token;

    [[nodiscard]] bool may(records::Action action) const {
      return records::may(login.role, action);
    }
  };

  [[nodiscard]] Response answer(net::HttpRequest request);
  [[nodiscard]] Response route(Caller caller, net::HttpRequest request);
  [[nodiscard]] Response login(net::HttpRequest request);
  [[nodiscard]] Response logout(Caller caller);
  [[nodiscard]] net::HttpResponse me(const Caller& caller) const;
  [[nodiscard]] Response rooms(Caller caller);
  [[nodiscard]] Response add_viewing(Caller caller, net::HttpRequest request);

  [[nodiscard]] Response sessions(Caller caller, net::HttpRequest request);
  [[nodiscard]] Response list_sessions(Caller caller, net::HttpRequest request);
  [[nodiscard]] Response show_session(Caller caller, std::string session);
  [[nodiscard]] Response start_session(Caller caller, net::HttpRequest request);
  [[nodiscard]] Response end_session(Caller caller, net::HttpRequest request);
  [[nodiscard]] Response named(Caller caller, unsigned status, Result<boost::json::object> session);

  [[nodiscard]] Response media(Caller caller, net::HttpRequest request);
  [[nodiscard]] net::asio::awaitable<Result<HostLink*>> host_of_media(net::HttpRequest request);
  [[nodiscard]] net::HttpResponse live(const Caller& caller, const net::HttpRequest& request);
  [[nodiscard]] net::asio::awaitable<void> serve_live(Caller caller,
                                                      std::shared_ptr<net::WebSocket> socket);
  [[nodiscard]] net::asio::awaitable<void> end_with_login(std::string token,
                                                          std::shared_ptr<net::WebSocket> socket);
  [[nodiscard]] net::asio::awaitable<Result<void>> may_watch(std::string token, std::string room);
  [[nodiscard]] net::asio::awaitable<Result<void>> check_viewing(records::Login login,
                                                                 records::ViewingTarget target);

  [[nodiscard]] HostLink* host_of_room(std::string_view room) const;
  /// Errors: kNotFound; kUnavailable  a host that may have it is away.
  [[nodiscard]] net::asio::awaitable<Result<HostLink*>> host_of_session(std::string session);
  /// Puts `{"id","name"}` in the place of each person's id: empty ones for who only looks after
  /// accounts or devices.
  [[nodiscard]] net::asio::awaitable<void> add_names(Caller caller,
                                                     std::span<boost::json::object*> sessions);

  Desk& desk_;
  const Hosts& hosts_;
  LiveHub& hub_;
  boost::asio::thread_pool& blocking_;
  const ApiOptions options_;
  // Open pages.
  struct Page {
    LiveSession* session = nullptr;
    std::shared_ptr<net::WebSocket> socket;
    std::string token;
  };
  class OpenPage;
  std::list<Page> pages_;
};

}  // namespace candor::monitor
