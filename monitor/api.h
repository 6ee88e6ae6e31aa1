// SPDX-License-Identifier: Apache-2.0
// The monitor's API for the console (docs/design/api.md): who may do what, and to which host it goes. Live media is
// live_session.h's, accounts are records/.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "monitor/desk.h"
#include "monitor/host_link.h"
#include "monitor/live_hub.h"
#include "monitor/live_session.h"
#include "net/http.h"

namespace candor::monitor {

struct ApiOptions {
  std::string name;     // The monitor's: sessions started here are logged as begun by "<name>/<account>".
  std::string version;
  std::string console;  // Folder of the built console.
  std::size_t viewer_ring_bytes_max = std::size_t{4} << 20;
};

/// On the net thread. Desk, hosts, hub and pool outlive it.
class Api {
 public:
  Api(Desk& desk, std::vector<std::unique_ptr<HostLink>>& hosts, LiveHub& hub,
      boost::asio::thread_pool& blocking, ApiOptions options);

  [[nodiscard]] net::asio::awaitable<net::HttpResponse> handle(net::HttpRequest request);

  /// Tells every open page that a host went away or came back.
  void tell_host(const HostLink& host);

 private:
  using Response = net::asio::awaitable<net::HttpResponse>;

  // Who asks: a login that is valid now.
  struct Caller {
    records::Login login;
    std::string token;
  };

  [[nodiscard]] net::asio::awaitable<Result<Caller>> caller_of(const net::HttpRequest& request);
  [[nodiscard]] Response route(net::HttpRequest request);
  [[nodiscard]] Response login(net::HttpRequest request);
  [[nodiscard]] Response logout(Caller caller);
  [[nodiscard]] net::HttpResponse me(const Caller& caller) const;
  [[nodiscard]] Response rooms(Caller caller);
  [[nodiscard]] Response add_viewing(Caller caller, net::HttpRequest request);
  [[nodiscard]] Response sessions(Caller caller, net::HttpRequest request);
  [[nodiscard]] Response start_session(Caller caller, net::HttpRequest request);
  [[nodiscard]] Response end_session(Caller caller, net::HttpRequest request);
  [[nodiscard]] Response list_sessions(net::HttpRequest request);
  [[nodiscard]] Response show_session(std::string session);
  [[nodiscard]] Response room_paths(Caller caller, net::HttpRequest request);
  [[nodiscard]] Response media(Caller caller, net::HttpRequest request);
  [[nodiscard]] net::HttpResponse live(const Caller& caller, const net::HttpRequest& request);
  [[nodiscard]] net::asio::awaitable<void> serve_live(Caller caller,
                                                      std::shared_ptr<net::WebSocket> socket);
  [[nodiscard]] net::asio::awaitable<Result<void>> may_watch(records::Login login,
                                                             std::string room);

  [[nodiscard]] HostLink* host_of_room(std::string_view room);
  [[nodiscard]] net::asio::awaitable<HostLink*> host_of_session(std::string session);
  [[nodiscard]] net::asio::awaitable<Result<boost::json::object>> ask_host(
      HostLink& host, net::ClientRequest request);
  [[nodiscard]] net::asio::awaitable<void> add_names(boost::json::array& sessions);

  Desk& desk_;
  std::vector<std::unique_ptr<HostLink>>& hosts_;
  LiveHub& hub_;
  boost::asio::thread_pool& blocking_;
  ApiOptions options_;
  std::set<LiveSession*> live_;
};

}  // namespace candor::monitor
