// SPDX-License-Identifier: Apache-2.0
#include "tests/monitor/browser.h"

#include <cctype>
#include <chrono>

#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/big_endian.h"
#include "tests/net/served.h"

namespace candor::test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace json = boost::json;
using asio::ip::tcp;

Answer parse(const std::string& text, bool is_head) {
  http::response_parser<http::string_body> parser;
  parser.skip(is_head);
  parser.eager(true);
  boost::system::error_code code;
  std::string_view rest = text;
  while (!rest.empty() && !parser.is_done() && !code) {
    rest.remove_prefix(parser.put(asio::buffer(rest.data(), rest.size()), code));
  }
  Answer answer;
  if (!parser.is_done()) {
    answer.body = "cut short: " + text;
    return answer;
  }
  answer.status = parser.get().result_int();
  for (const auto& field : parser.get()) {
    std::string name(field.name_string());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    answer.headers[name] = std::string(field.value());
  }
  answer.body = parser.get().body();
  return answer;
}

std::string text_of(const json::object& object, std::string_view field) {
  const json::value* value = object.if_contains(field);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

// "(detail)" of a message, as tests want to see it.
std::string detail_of(const json::object& message) {
  const std::string type = text_of(message, "type");
  if (type == "viewers") {
    std::string names;
    for (const json::value& name : message.at("names").as_array()) {
      names += (names.empty() ? "" : ",") + std::string(name.as_string());
    }
    return "(" + names + ")";
  }
  if (type == "refused") {
    return "(" + text_of(message, "message") + ")";
  }
  for (const char* field : {"state", "name", "host"}) {
    if (const std::string text = text_of(message, field); !text.empty()) {
      return "(" + text + ")";
    }
  }
  return "";
}

std::string in_short(const json::object& message) {
  std::string text = text_of(message, "type") + detail_of(message);
  if (const json::value* channel = message.if_contains("channel"); channel != nullptr) {
    text += "@" + json::serialize(*channel);
  }
  if (const json::value* chunks = message.if_contains("chunks"); chunks != nullptr) {
    text += ":" + json::serialize(*chunks);
  }
  return text;
}

std::string in_short(std::string_view binary) {
  const ByteView bytes = as_bytes(binary);
  const bool is_sync = (get_be<std::uint16_t>(bytes.data() + 2) & 1U) != 0;
  const std::string what = bytes[1] == 1 ? "init" : is_sync ? "I" : "P";
  return fmt::format("{}@{}", what, get_be<std::uint32_t>(bytes.data() + 4));
}

}  // namespace

json::object Answer::json() const { return json::parse(body).as_object(); }

std::string Answer::verdict() const {
  const bool is_error = status >= 400 && body.starts_with(R"({"error")");
  if (!is_error) {
    return std::to_string(status);
  }
  const json::object error = json().at("error").as_object();
  return fmt::format("{} {}: {}", status, text_of(error, "kind"), text_of(error, "message"));
}

Answer Browser::send(const std::string& method, const std::string& path, const Headers& headers,
                     const std::string& body) const {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n",
                                 method, path, port_);
  for (const auto& [name, value] : headers) {
    text += name + ": " + value + "\r\n";
  }
  if (!body.empty()) {
    text += fmt::format("Content-Length: {}\r\n", body.size());
  }
  RawClient client(port_);
  client.send(text + "\r\n" + body);
  return parse(client.read_until_close(), method == "HEAD");
}

Answer Browser::login(const std::string& name, const std::string& password) {
  Answer answer = send("POST", "/api/login", {{"Content-Type", "application/json"}},
                       json::serialize(json::object{{"name", name}, {"password", password}}));
  if (answer.status == 200) {
    const std::string cookie = answer.headers["set-cookie"];
    token = cookie.substr(cookie.find('=') + 1, cookie.find(';') - cookie.find('=') - 1);
    csrf = text_of(answer.json(), "csrf");
  }
  return answer;
}

Answer Browser::get(const std::string& path, const Headers& headers) const {
  Headers all = headers;
  all.emplace_back("Cookie", "other=1; " + cookie());
  return send("GET", path, all);
}

Answer Browser::post(const std::string& path, const json::object& body) const {
  return send("POST", path,
              {{"Cookie", cookie()}, {"X-Candor-CSRF", csrf}, {"Content-Type", "application/json"}},
              json::serialize(body));
}

// Each operation is waited for here, for ten seconds at most.
struct LivePage::Socket {
  template <typename Start>
  boost::system::error_code wait(Start start) {
    boost::system::error_code result = asio::error::timed_out;
    start([&result](const boost::system::error_code& code, std::size_t = 0) { result = code; });
    context.restart();
    context.run_for(std::chrono::seconds(10));
    return result;
  }

  asio::io_context context{1};
  beast::websocket::stream<tcp::socket> stream{context};
  http::response<http::string_body> handshake;
  bool is_open = false;
};

LivePage::LivePage(const Browser& browser, const std::string& origin)
    : socket_(std::make_unique<Socket>()) {
  beast::websocket::stream<tcp::socket>& stream = socket_->stream;
  const std::string host = fmt::format("127.0.0.1:{}", browser.port());
  stream.next_layer().connect({asio::ip::make_address("127.0.0.1"), browser.port()});
  stream.set_option(beast::websocket::stream_base::decorator(
      [&browser, origin, host](beast::websocket::request_type& request) {
        request.set(http::field::cookie, browser.cookie());
        if (!origin.empty()) {
          request.set(http::field::origin, origin);
        }
      }));
  const auto code = socket_->wait(
      [&](auto done) { stream.async_handshake(socket_->handshake, host, "/api/live", done); });
  socket_->is_open = !code;
}

LivePage::~LivePage() = default;

unsigned LivePage::status() const { return socket_->handshake.result_int(); }

void LivePage::send(const json::object& message) {
  const std::string text = json::serialize(message);
  socket_->stream.text(true);
  socket_->wait([&](auto done) { socket_->stream.async_write(asio::buffer(text), done); });
}

std::string LivePage::next(int count) {
  std::string all;
  for (int i = 0; i < count; ++i) {
    beast::flat_buffer buffer;
    const auto code = socket_->wait([&](auto done) { socket_->stream.async_read(buffer, done); });
    all += all.empty() ? "" : " ";
    if (code) {
      return all + (code == asio::error::timed_out ? "nothing came" : "ended");
    }
    const std::string content = beast::buffers_to_string(buffer.data());
    all += socket_->stream.got_text() ? in_short(json::parse(content).as_object())
                                      : in_short(std::string_view(content));
  }
  return all;
}

std::vector<std::string> LivePage::until(std::string_view beginning) {
  std::vector<std::string> all;
  do {
    all.push_back(next());
  } while (!all.back().starts_with(beginning) && all.back() != "ended" &&
           all.back() != "nothing came");
  return all;
}

bool LivePage::ends() { return until("ended").back() == "ended"; }

}  // namespace candor::test
