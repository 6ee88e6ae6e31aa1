// SPDX-License-Identifier: Apache-2.0
// The monitor's API for the console (docs/design/api.md): who may do what, and to which host it
// goes. Accounts and rooms are answered in api.cc, sessions in api_sessions.cc, media and live in
// api_media.cc.
#pragma once

#include <memory>
#include <optional>
#include <set>
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
};

/// On the net thread. Desk, hosts, hub and pool outlive it.
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
  [[nodiscard]] Response list_sessions(net::HttpRequest request);
  [[nodiscard]] Response show_session(std::string session);
  [[nodiscard]] Response start_session(Caller caller, net::HttpRequest request);
  [[nodiscard]] Response end_session(Caller caller, net::HttpRequest request);
  [[nodiscard]] Response named(unsigned status, Result<boost::json::object> session);

  [[nodiscard]] Response media(Caller caller, net::HttpRequest request);
  [[nodiscard]] Response media_of(HostLink* host, net::HttpRequest request);
  [[nodiscard]] net::HttpResponse live(const Caller& caller, const net::HttpRequest& request);
  [[nodiscard]] net::asio::awaitable<void> serve_live(Caller caller,
                                                      std::shared_ptr<net::WebSocket> socket);
  [[nodiscard]] net::asio::awaitable<void> wait_for_end_of_login(std::string token);
  [[nodiscard]] net::asio::awaitable<Result<void>> may_watch(std::string token, std::string room);
  [[nodiscard]] net::asio::awaitable<Result<void>> check_viewing(records::Login login,
                                                                 records::ViewingTarget target);

  [[nodiscard]] HostLink* host_of_room(std::string_view room) const;
  [[nodiscard]] net::asio::awaitable<HostLink*> host_of_session(std::string session);
  /// Puts `{"id","name"}` in the place of each person's id.
  [[nodiscard]] net::asio::awaitable<void> add_names(std::span<boost::json::object*> sessions);

  Desk& desk_;
  const Hosts& hosts_;
  LiveHub& hub_;
  boost::asio::thread_pool& blocking_;
  const ApiOptions options_;
  std::set<LiveSession*> live_;
};

}  // namespace candor::monitor
