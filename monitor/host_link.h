// SPDX-License-Identifier: Apache-2.0
// The permanent side of the link to one capture host: its status once a second, for ever. Media is
// live_hub.h's.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/thread_pool.hpp>
#include <boost/json/object.hpp>

#include "core/time.h"
#include "net/client.h"
#include "net/endpoint.h"

namespace candor::monitor {

inline constexpr std::chrono::seconds kPollInterval{1};

/// On the net thread.
class HostLink {
 public:
  /// `on_change` is told when the host goes away or comes back.
  HostLink(std::string name, net::Endpoint endpoint, boost::asio::thread_pool& blocking,
           std::function<void(const HostLink&)> on_change,
           std::chrono::milliseconds poll_interval = kPollInterval);

  /// Polls until the io_context stops.
  [[nodiscard]] net::asio::awaitable<void> run();

  /// Sends a request to the host, on the blocking pool; the body is still to be read.
  /// Errors: kUnavailable and kDeadlineExceeded, with the host's name; kDataLoss.
  [[nodiscard]] net::asio::awaitable<Result<std::unique_ptr<net::ClientResponse>>> send(
      net::ClientRequest request);

  /// A request whose answer is JSON. Errors: those of net::ask_json().
  [[nodiscard]] net::asio::awaitable<Result<boost::json::object>> ask(net::ClientRequest request);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const net::Endpoint& endpoint() const { return endpoint_; }
  [[nodiscard]] bool is_connected() const { return is_connected_; }
  [[nodiscard]] UtcTime since() const { return since_; }
  /// The last status, kept while the host is away. Shape: empty, or with a list "rooms" of objects
  /// that have the texts "room" and "kind".
  [[nodiscard]] const boost::json::object& status() const { return status_; }
  /// The room as the status shows it, or null.
  [[nodiscard]] const boost::json::object* find_room(std::string_view room) const;
  [[nodiscard]] bool has_room(std::string_view room) const { return find_room(room) != nullptr; }

 private:
  [[nodiscard]] net::asio::awaitable<Result<boost::json::object>> ask_status();
  [[nodiscard]] Error named(Error error) const;
  void set_connected(bool is_connected);

  const std::string name_;
  const net::Endpoint endpoint_;
  boost::asio::thread_pool& blocking_;
  const std::function<void(const HostLink&)> on_change_;
  const std::chrono::milliseconds poll_interval_;
  boost::json::object status_;
  bool is_connected_ = false;
  UtcTime since_;
};

}  // namespace candor::monitor
