// SPDX-License-Identifier: Apache-2.0
#include "tests/monitor/capture_host.h"

#include <array>
#include <chrono>
#include <utility>

#include <boost/asio.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/big_endian.h"
#include "net/json.h"

namespace candor::test {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;

constexpr std::chrono::seconds kPatience{10};
constexpr std::string_view kMedia = "0123456789";

json::object room_object(const std::string& room, const std::string& kind,
                         const std::string& state) {
  return {{"room", room}, {"kind", kind}, {"state", state}, {"session", nullptr}};
}

HttpResponse not_found() {
  return net::error_response(Error(ErrorKind::kNotFound, "the host does not know it"));
}

// Ten bytes with an ETag; what a player may ask of them is answered as a host does.
HttpResponse media(const HttpRequest& request) {
  HttpResponse response;
  response.headers = {{"Content-Type", "video/mp4"},
                      {"ETag", "\"abc\""},
                      {"Accept-Ranges", "bytes"},
                      {"X-Candor-From", "2026-11-24T08:00:00.000000000Z"},
                      {"X-Internal", "not for callers"}};
  if (request.header("if-none-match") == "\"abc\"") {
    response.status = 304;
  } else if (request.header("range") == "bytes=2-4") {
    response.status = 206;
    response.headers.emplace_back("Content-Range", "bytes 2-4/10");
    response.body = kMedia.substr(2, 3);
  } else {
    response.body = kMedia;
  }
  return response;
}

template <typename T>
T run(asio::io_context& context, asio::awaitable<T> activity) {
  auto future = asio::co_spawn(context, std::move(activity), asio::use_future);
  if (future.wait_for(kPatience) != std::future_status::ready) {
    ADD_FAILURE() << "no end within 10 s";
    std::abort();  // The coroutine still refers to the test.
  }
  return future.get();
}

}  // namespace

std::string session_id(int number) { return fmt::format("018f0000-0000-7000-8000-{:012}", number); }

json::object session_object(const std::string& id, int minute) {
  return {{"session", id},
          {"room", "interrogation-1"},
          {"case", "C-1"},
          {"person", "P-000001"},
          {"interrogators", {"O-000001"}},
          {"started", fmt::format("2026-11-24T08:{:02}:00.000000000Z", minute)},
          {"ended", nullptr}};
}

CaptureHost::CaptureHost(asio::io_context& context, asio::thread_pool& pool, std::string name,
                         std::string socket)
    : context_(context), pool_(pool), name_(std::move(name)), socket_(std::move(socket)) {}

void CaptureHost::start() {
  auto listening =
      net::HttpServer::listen(context_, pool_, {.unix_socket = socket_},
                              [this](HttpRequest request) { return handle(std::move(request)); });
  ASSERT_TRUE(listening.has_value()) << listening.error().message();
  server_ = *std::move(listening);
}

void CaptureHost::stop() {
  end();
  asio::post(context_, asio::use_future).wait();  // After what the server has posted.
}

std::vector<std::string> CaptureHost::requests() {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::string CaptureHost::last_request() {
  const std::lock_guard lock(mutex_);
  return requests_.empty() ? "none" : requests_.back();
}

void CaptureHost::set_sessions(std::vector<json::object> sessions, bool has_more) {
  const std::lock_guard lock(mutex_);
  sessions_ = std::move(sessions);
  has_more_ = has_more;
}

void CaptureHost::set_status(const std::string& text) {
  const std::lock_guard lock(mutex_);
  status_ = text;
}

void CaptureHost::speak_link(std::int64_t version) {
  const std::lock_guard lock(mutex_);
  link_ = version;
}

void CaptureHost::refuse_with(unsigned status, const std::string& kind,
                              const std::string& message) {
  const std::lock_guard lock(mutex_);
  refusal_ = net::json_response(status, {{"error", {{"kind", kind}, {"message", message}}}});
}

void CaptureHost::log(const HttpRequest& request) {
  std::string text = request.method + " ";
  for (const std::string& segment : request.segments) {
    text += "/" + segment;
  }
  char separator = '?';
  for (const auto& [name, value] : request.query) {
    text += fmt::format("{}{}={}", std::exchange(separator, '&'), name, value);
  }
  text += request.body.empty() ? "" : " " + request.body;
  for (const char* name : {"range", "if-range", "if-none-match", "cookie"}) {
    if (const auto value = request.header(name); !value.empty()) {
      text += fmt::format(" {}={}", name, value);
    }
  }
  requests_.push_back(std::move(text));
}

asio::awaitable<HttpResponse> CaptureHost::handle(HttpRequest request) {
  const std::lock_guard lock(mutex_);
  if (request.segments == std::vector<std::string>{"v1", "status"}) {
    HttpResponse response = net::json_response(200, status());
    response.body = status_.empty() ? response.body : status_;
    co_return response;
  }
  if (request.segments == std::vector<std::string>{"v1", "hello"}) {
    co_return net::json_response(200, {{"program", "candor-capture"}, {"link", link_}});
  }
  log(request);
  co_return answer(request);
}

HttpResponse CaptureHost::answer(const HttpRequest& request) {
  const std::string last = request.segments.back();
  if (last == "feed") {
    return feed();
  }
  if (last == "media.mp4") {
    return media(request);
  }
  if (last == "tracks") {
    return net::json_response(200, {{"tracks", json::array()}});
  }
  return answer_sessions(request);
}

HttpResponse CaptureHost::answer_sessions(const HttpRequest& request) {
  const auto& path = request.segments;
  if (request.method == "POST") {
    if (refusal_.has_value()) {
      return {.status = refusal_->status, .headers = refusal_->headers, .body = refusal_->body};
    }
    const json::object asked = json::parse(request.body).as_object();
    json::object session = session_object(session_id(9), 9);
    for (const char* field : {"room", "case", "person", "interrogators"}) {
      if (const json::value* value = asked.if_contains(field); value != nullptr) {
        session[field] = *value;
      }
    }
    return net::json_response(path.size() == 2 ? 201 : 200, session);
  }
  if (path.size() == 2) {
    const json::value next = has_more_ ? sessions_.back().at("session") : nullptr;
    return net::json_response(200, {{"sessions", json::value_from(sessions_)}, {"next", next}});
  }
  for (const json::object& session : sessions_) {
    if (session.at("session").as_string() == path[2]) {
      return net::json_response(200, session);
    }
  }
  return not_found();
}

json::object CaptureHost::status() const {
  json::object interrogation = room_object("interrogation-1", "session", "recording");
  interrogation["session"] = session_object(session_id(1), 0);
  return {{"host", name_},
          {"volumes", json::array()},
          {"rooms",
           {std::move(interrogation), room_object("waiting-1", "continuous", "recording"),
            room_object("meeting-1", "lawyer", "private")}}};
}

HttpResponse CaptureHost::feed() {
  HttpResponse response;
  response.websocket = [this](std::shared_ptr<net::WebSocket> socket) {
    return serve_feed(std::move(socket));
  };
  return response;
}

asio::awaitable<void> CaptureHost::serve_feed(std::shared_ptr<net::WebSocket> socket) {
  {
    const std::lock_guard lock(mutex_);
    feed_ = socket;
    ++feeds_opened_;
  }
  changed_.notify_all();
  bool is_open = true;
  while (is_open) {
    const auto message = co_await socket->read();
    is_open = message.has_value();
  }
  {
    const std::lock_guard lock(mutex_);
    feed_.reset();
  }
  changed_.notify_all();
}

void CaptureHost::wait_for_feed(int number) {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] {
    return feeds_opened_ >= number && feed_ != nullptr;
  })) << "the monitor did not come";
}

void CaptureHost::wait_for_end_of_feed() {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return feed_ == nullptr; }))
      << "the monitor stayed";
}

int CaptureHost::feeds_opened() {
  const std::lock_guard lock(mutex_);
  return feeds_opened_;
}

std::shared_ptr<net::WebSocket> CaptureHost::current_feed() {
  const std::lock_guard lock(mutex_);
  EXPECT_NE(feed_, nullptr);
  return feed_;
}

void CaptureHost::say(const json::object& message) {
  const Result<void> said = run(context_, current_feed()->write_text(json::serialize(message)));
  EXPECT_TRUE(said.has_value()) << said.error().message();
}

void CaptureHost::announce(std::uint32_t channel, const std::string& name, const std::string& media,
                           const std::string& codecs) {
  say({{"type", "stream"},
       {"room", "interrogation-1"},
       {"channel", channel},
       {"name", name},
       {"media", media},
       {"codecs", codecs.empty() ? (media == "video" ? "avc1.640028" : "mp4a.40.2") : codecs}});
  send("i", channel);
}

void CaptureHost::send(const std::string& kinds, std::uint32_t channel, std::size_t bytes) {
  for (const char kind : kinds) {
    std::array<std::uint8_t, 16> header{1, static_cast<std::uint8_t>(kind == 'i' ? 1 : 2)};
    put_be(&header[2], static_cast<std::uint16_t>(kind == 'I' ? 1 : 0));
    put_be(&header[4], channel);
    const Bytes body(bytes, static_cast<std::uint8_t>(kind));
    const auto sent = run(context_, current_feed()->write_binary(header, body));
    EXPECT_TRUE(sent.has_value()) << sent.error().message();
  }
}

}  // namespace candor::test
