// SPDX-License-Identifier: Apache-2.0
// Capture's control API (docs/design/link.md): requests of the monitor and of the command line to
// rooms, catalogue and files. It decides nothing about recording.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include "app/capture/gap_counts.h"
#include "app/capture/host.h"
#include "app/capture/notary/office.h"
#include "app/capture/time/time_json.h"
#include "net/http.h"
#include "storage/read/catalogue.h"
#include "storage/write/index_follower.h"

namespace candor::app {

struct ControlOptions {
  std::string index_path;
  std::size_t feed_ring_bytes_max = std::size_t{4} << 20;
  const Stamper* stamper = nullptr;  // Outlives the API; null: nobody stamps.
};

/// On the net thread; reads catalogue and logs on the pool. Host, follower, office and pool outlive
/// it.
class ControlApi {
 public:
  ControlApi(CaptureHost& host, const storage::IndexFollower& index, const NotaryOffice& office,
             boost::asio::thread_pool& blocking, ControlOptions options);

  [[nodiscard]] net::asio::awaitable<net::HttpResponse> handle(net::HttpRequest request);

 private:
  using Path = std::span<const std::string>;

  [[nodiscard]] net::HttpResponse hello() const;
  [[nodiscard]] net::asio::awaitable<net::HttpResponse> status();
  [[nodiscard]] net::asio::awaitable<net::HttpResponse> session_response(unsigned status,
                                                                         SessionSummary session,
                                                                         std::string alarm);
  [[nodiscard]] net::asio::awaitable<net::HttpResponse> rooms(net::HttpRequest request);
  [[nodiscard]] net::asio::awaitable<net::HttpResponse> sessions(net::HttpRequest request);
  [[nodiscard]] net::asio::awaitable<net::HttpResponse> start_session(net::HttpRequest request);
  [[nodiscard]] net::asio::awaitable<net::HttpResponse> end_session(net::HttpRequest request);
  [[nodiscard]] net::asio::awaitable<net::HttpResponse> list_sessions(net::HttpRequest request);
  [[nodiscard]] net::asio::awaitable<net::HttpResponse> show_session(Uuid session);
  [[nodiscard]] net::asio::awaitable<net::HttpResponse> media(net::HttpRequest request,
                                                              std::optional<Uuid> session,
                                                              Uuid stream);
  [[nodiscard]] net::asio::awaitable<net::HttpResponse> logs(net::HttpRequest request);
  [[nodiscard]] net::HttpResponse feed(const net::HttpRequest& request);

  CaptureHost& host_;
  const storage::IndexFollower& index_;
  const NotaryOffice& office_;
  boost::asio::strand<boost::asio::thread_pool::executor_type> catalogue_strand_;
  ControlOptions options_;
  GapCounts gaps_;
};

}  // namespace candor::app
