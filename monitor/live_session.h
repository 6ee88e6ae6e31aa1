// SPDX-License-Identifier: Apache-2.0
// One browser's live connection: what it watches, its ring, its channels (docs/design/api.md,
// "Live").
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include <boost/asio/steady_timer.hpp>
#include <boost/json/object.hpp>

#include "core/live_ring.h"
#include "monitor/live_hub.h"
#include "net/http.h"

namespace candor::monitor {

/// On the net thread. Made for one connection; serve() runs as long as it lasts.
class LiveSession final : public LiveViewer {
 public:
  /// Says whether the account may watch the room now; the error's sentence goes to the browser.
  using MayWatch = std::function<net::asio::awaitable<Result<void>>(std::string room)>;

  struct Options {
    std::string viewer_name;
    std::size_t ring_bytes_max = std::size_t{4} << 20;
    /// Messages that are never dropped; who leaves so many unread is ended.
    std::size_t waiting_max = 2000;
    /// Longest write of one message; the connection of a peer that takes nothing is ended.
    std::chrono::milliseconds write_max{30'000};
    MayWatch may_watch;
  };

  LiveSession(LiveHub& hub, std::shared_ptr<net::WebSocket> socket,
              const boost::asio::any_io_executor& executor, Options options);
  ~LiveSession() override;
  LiveSession(const LiveSession&) = delete;
  LiveSession& operator=(const LiveSession&) = delete;
  LiveSession(LiveSession&&) = delete;
  LiveSession& operator=(LiveSession&&) = delete;

  [[nodiscard]] net::asio::awaitable<void> serve();

  /// A message for all that this page shows: a host went away or came back.
  void tell(boost::json::object message);

  void on_live(const std::string& room, const LiveMessagePtr& message) override;
  [[nodiscard]] const std::string& viewer_name() const override { return options_.viewer_name; }

 private:
  struct Outgoing {
    LiveMessagePtr message;
    std::uint32_t channel = 0;  // As the browser knows it.
  };
  struct Watched {
    std::optional<std::set<std::string>> names;       // None: all streams.
    std::set<std::string> plays;                      // Codecs of the browser: "avc1", "hvc1".
    std::map<std::uint32_t, std::uint32_t> channels;  // The feed's to the browser's.
  };

  [[nodiscard]] net::asio::awaitable<void> read_requests();
  [[nodiscard]] net::asio::awaitable<void> write_ring();
  [[nodiscard]] net::asio::awaitable<void> end_when_stalled();
  [[nodiscard]] net::asio::awaitable<Result<void>> write(const LiveRing<Outgoing>::Item& item);
  [[nodiscard]] net::asio::awaitable<void> take_request(boost::json::object request);
  [[nodiscard]] net::asio::awaitable<void> watch(boost::json::object request);
  void unwatch(const std::string& room);
  [[nodiscard]] bool wants(const Watched& watched, const LiveMessage& stream);
  void take_text(const std::string& room, Watched& watched, const LiveMessagePtr& message);
  void queue_text(boost::json::object text);
  void push_control(Outgoing outgoing);

  LiveHub& hub_;
  std::shared_ptr<net::WebSocket> socket_;
  Options options_;
  LiveRing<Outgoing> ring_;
  boost::asio::steady_timer wake_;
  std::optional<std::chrono::steady_clock::time_point> writing_since_;
  std::map<std::string, Watched> watched_;
  std::map<std::uint32_t, std::string> channel_rooms_;
  std::uint32_t next_channel_ = 1;
};

}  // namespace candor::monitor
