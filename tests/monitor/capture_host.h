// SPDX-License-Identifier: Apache-2.0
// A capture host as the monitor sees it: the link's paths on a real Unix socket, with answers that
// the test chooses and a feed that sends what the test says.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/json.hpp>

#include "net/http.h"
#include "net/link_version.h"
#include "net/server.h"

namespace candor::test {

/// A session as the link has it, begun `minute` minutes after eight.
[[nodiscard]] boost::json::object session_object(const std::string& id, int minute);

/// "018f0000-0000-7000-8000-00000000000N".
[[nodiscard]] std::string session_id(int number);

/// Its rooms: "interrogation-1" with session_id(1) running, "waiting-1" continuous, "meeting-1" of
/// lawyers. Thread: any but the io_context's.
class CaptureHost {
 public:
  CaptureHost(boost::asio::io_context& context, boost::asio::thread_pool& pool, std::string name,
              std::string socket);

  void start();
  /// Ends the server and every connection; when stop() returns, the next request finds nobody.
  void end() { server_.reset(); }
  void stop();

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& socket() const { return socket_; }

  /// What was asked but for hello and the status: "POST /v1/sessions?a=b {body} range=bytes=0-3".
  [[nodiscard]] std::vector<std::string> requests();
  [[nodiscard]] std::string last_request();

  /// What GET /v1/sessions finds, newest first; a "next" follows when `has_more`.
  void set_sessions(std::vector<boost::json::object> sessions, bool has_more = false);
  /// In the place of the status, as it is.
  void set_status(const std::string& text);
  /// The version in its hello.
  void speak_link(std::int64_t version);
  /// In the place of the answer to every POST.
  void refuse_with(unsigned status, const std::string& kind, const std::string& message);

  /// Waits until the monitor pulls a room's feed for the n-th time.
  void wait_for_feed(int number = 1);
  void wait_for_end_of_feed();
  [[nodiscard]] int feeds_opened();
  /// Sends on the feed that was opened last.
  void say(const boost::json::object& message);
  void announce(std::uint32_t channel, const std::string& name, const std::string& media = "video",
                const std::string& codecs = "");
  /// 'I' a key frame, 'P' another, 'i' an init segment, each with so many bytes.
  void send(const std::string& kinds, std::uint32_t channel = 1, std::size_t bytes = 100);

 private:
  using Response = net::asio::awaitable<net::HttpResponse>;

  [[nodiscard]] Response handle(net::HttpRequest request);
  [[nodiscard]] net::HttpResponse answer(const net::HttpRequest& request);
  [[nodiscard]] net::HttpResponse answer_sessions(const net::HttpRequest& request);
  [[nodiscard]] net::HttpResponse feed();
  [[nodiscard]] net::asio::awaitable<void> serve_feed(std::shared_ptr<net::WebSocket> socket);
  [[nodiscard]] boost::json::object status() const;
  [[nodiscard]] std::shared_ptr<net::WebSocket> current_feed();
  void log(const net::HttpRequest& request);

  boost::asio::io_context& context_;
  boost::asio::thread_pool& pool_;
  const std::string name_;
  const std::string socket_;
  std::unique_ptr<net::HttpServer> server_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> requests_;
  std::vector<boost::json::object> sessions_;
  bool has_more_ = false;
  std::int64_t link_ = net::kLinkVersion;
  std::string status_;
  std::optional<net::HttpResponse> refusal_;
  std::shared_ptr<net::WebSocket> feed_;
  int feeds_opened_ = 0;
};

}  // namespace candor::test
