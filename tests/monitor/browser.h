// SPDX-License-Identifier: Apache-2.0
// What a console does, by real HTTP: requests with its cookie and token, and the live connection.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

namespace candor::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Answer {
  unsigned status = 0;
  std::map<std::string, std::string> headers;  // Names in lower case.
  std::string body;

  [[nodiscard]] boost::json::object json() const;
  /// "403 permission-denied: the sentence", or the status alone.
  [[nodiscard]] std::string verdict() const;
};

class Browser {
 public:
  explicit Browser(std::uint16_t port) : port_(port) {}

  /// Keeps cookie and token, as a console does.
  Answer login(const std::string& name, const std::string& password = "correct horse battery");
  Answer get(const std::string& path, const Headers& headers = {}) const;
  Answer post(const std::string& path, const boost::json::object& body) const;
  /// Exactly this, without cookie and token.
  [[nodiscard]] Answer send(const std::string& method, const std::string& path,
                            const Headers& headers, const std::string& body = {}) const;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string cookie() const { return "candor_session=" + token; }

  std::string token;
  std::string csrf;

 private:
  std::uint16_t port_;
};

/// A page that is open: /api/live.
class LivePage {
 public:
  explicit LivePage(const Browser& browser, const std::string& origin = {});
  ~LivePage();
  LivePage(const LivePage&) = delete;
  LivePage& operator=(const LivePage&) = delete;

  /// 101, or what the monitor refused with.
  [[nodiscard]] unsigned status() const;
  void send(const boost::json::object& message);
  void watch(const std::string& room) { send({{"type", "watch"}, {"room", room}}); }

  /// The next messages in short: "state(recording) stream(panorama-video)@1 init@1 I@1 P@1", a
  /// refusal with its sentence, "ended" when the connection is no more.
  std::string next(int count = 1);
  /// The messages up to the one whose short form begins so; that one is the last.
  std::vector<std::string> until(std::string_view beginning);
  /// Whether the monitor ends the connection, whatever it still sends before.
  bool ends();

 private:
  struct Socket;
  std::unique_ptr<Socket> socket_;
};

}  // namespace candor::test
