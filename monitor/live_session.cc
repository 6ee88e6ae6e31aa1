// SPDX-License-Identifier: Apache-2.0
#include "monitor/live_session.h"

#include <array>
#include <utility>

#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/json.hpp>

#include "core/big_endian.h"
#include "core/ids.h"
#include "core/log.h"
#include "core/time.h"
#include "net/json.h"

namespace candor::monitor {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kHeaderBytes = 16;
constexpr std::size_t kRoomsMax = 64;

// A browser that does not say what it plays.
const std::set<std::string> kPlayedEverywhere = {"avc1", "avc3", "mp4a", "opus", "Opus"};

// The texts of a list; none: there is no such list.
std::optional<std::set<std::string>> texts_in(const json::object& request, std::string_view field) {
  const json::value* list = request.if_contains(json::string_view(field));
  if (list == nullptr || !list->is_array()) {
    return std::nullopt;
  }
  std::set<std::string> texts;
  for (const json::value& text : list->get_array()) {
    if (text.is_string()) {
      texts.emplace(text.get_string());
    }
  }
  return texts;
}

}  // namespace

LiveSession::LiveSession(LiveHub& hub, std::shared_ptr<net::WebSocket> socket,
                         const asio::any_io_executor& executor, Options options)
    : hub_(hub),
      socket_(std::move(socket)),
      options_(std::move(options)),
      ring_(options_.ring_bytes_max),
      wake_(executor) {}

LiveSession::~LiveSession() {
  while (!watched_.empty()) {
    unwatch(std::string(watched_.begin()->first));
  }
}

asio::awaitable<void> LiveSession::serve() {
  using asio::experimental::awaitable_operators::operator||;
  auto reading = read_requests();
  auto writing = write_ring();
  auto guarding = end_when_stalled();
  co_await (std::move(reading) || std::move(writing) || std::move(guarding));
}

asio::awaitable<void> LiveSession::read_requests() {
  for (;;) {
    const Result<net::WebSocketMessage> message = co_await socket_->read();
    if (!message.has_value()) {
      break;
    }
    Result<json::object> request = net::parse_object(message->content);
    if (!request.has_value()) {
      queue_text({{"type", "refused"}, {"room", nullptr}, {"message", request.error().message()}});
      continue;
    }
    auto taking = take_request(std::move(*request));
    co_await std::move(taking);
  }
  socket_->cancel();  // Ends the writer too.
}

// The peer's own pings keep its connection alive, also when it reads nothing.
asio::awaitable<void> LiveSession::end_when_stalled() {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    timer.expires_after(options_.write_max / 4);
    co_await timer.async_wait(asio::use_awaitable);
    if (writing_since_.has_value() &&
        std::chrono::steady_clock::now() - *writing_since_ >= options_.write_max) {
      log::warn("live.viewer-stalled", {{"account", options_.viewer_name}});
      socket_->cancel();
      co_return;
    }
  }
}

asio::awaitable<void> LiveSession::take_request(json::object request) {
  const std::string type = text_of(request, "type");
  if (type == "watch") {
    auto watching = watch(std::move(request));
    co_await std::move(watching);
  } else if (type == "unwatch") {
    unwatch(text_of(request, "room"));
  } else if (type == "ping") {
    const json::value* t = request.if_contains("t");
    queue_text({{"type", "pong"},
                {"t", t != nullptr && t->is_number() ? *t : json::value()},
                {"now_ns", std::to_string(SystemClock().utc().ns)}});
  }
}

asio::awaitable<void> LiveSession::watch(json::object request) {
  const std::string room = text_of(request, "room");
  Result<void> allowed;
  if (!is_slug(room)) {
    queue_text({{"type", "refused"}, {"room", nullptr}, {"message", "'room' is no room's name"}});
    co_return;
  }
  if (watched_.size() < kRoomsMax || watched_.contains(room)) {
    auto asking = options_.may_watch(room);
    allowed = co_await std::move(asking);
  } else {
    allowed = fail(ErrorKind::kResourceExhausted, "too many rooms on one page");
  }
  if (!allowed.has_value()) {
    queue_text({{"type", "refused"}, {"room", room}, {"message", allowed.error().message()}});
    co_return;
  }
  unwatch(room);
  Watched& watched = watched_[room];
  watched.names = texts_in(request, "streams");
  watched.plays = texts_in(request, "plays").value_or(kPlayedEverywhere);
  hub_.attach(room, *this);
}

void LiveSession::unwatch(const std::string& room) {
  const auto found = watched_.find(room);
  if (found == watched_.end()) {
    return;
  }
  for (const auto& [of_feed, channel] : found->second.channels) {
    channel_rooms_.erase(channel);
    ring_.forget(channel);
  }
  watched_.erase(found);
  hub_.detach(room, *this);
}

void LiveSession::tell(json::object message) { queue_text(std::move(message)); }

void LiveSession::queue_text(json::object text) {
  auto message = std::make_shared<LiveMessage>();
  message->text = std::move(text);
  push_control({.message = std::move(message)});
}

void LiveSession::push_control(Outgoing outgoing) {
  ring_.push_control(std::move(outgoing));
  if (ring_.controls() > options_.waiting_max) {
    socket_->cancel();
  }
  wake_.cancel();
}

void LiveSession::on_live(const std::string& room, const LiveMessagePtr& message) {
  const auto found = watched_.find(room);
  if (found == watched_.end()) {
    return;
  }
  Watched& watched = found->second;
  if (message->kind == LiveMessage::Kind::kText) {
    take_text(room, watched, message);
    return;
  }
  const auto channel = watched.channels.find(message->channel);
  if (channel == watched.channels.end()) {
    return;  // A stream that this tile does not show.
  }
  Outgoing outgoing{.message = message, .channel = channel->second};
  if (message->kind == LiveMessage::Kind::kInit) {
    push_control(std::move(outgoing));
    return;
  }
  ring_.push_chunk(std::move(outgoing), channel->second, message->bytes.size(), message->is_sync);
  wake_.cancel();
}

// What the page asked for and its browser plays; of a stream that was made anew, the original if it
// can be.
bool LiveSession::wants(const Watched& watched, const LiveMessage& stream) {
  if (watched.names.has_value() && !watched.names->contains(text_of(stream.text, "name"))) {
    return false;
  }
  const std::string original = codec_of(text_of(stream.text, "from"));
  if (!original.empty()) {
    return !watched.plays.contains(original);
  }
  if (watched.plays.contains(codec_of(text_of(stream.text, "codecs")))) {
    return true;
  }
  json::object message = stream.text;
  message["type"] = "unplayable";
  message["reason"] = "codec";
  message.erase("channel");
  queue_text(std::move(message));
  return false;
}

void LiveSession::take_text(const std::string& room, Watched& watched,
                            const LiveMessagePtr& message) {
  std::uint32_t channel = 0;
  if (message->channel != 0) {
    if (text_of(message->text, "type") == "stream") {
      if (!wants(watched, *message)) {
        return;
      }
      if (!watched.channels.contains(message->channel)) {
        watched.channels[message->channel] = next_channel_;
        channel_rooms_[next_channel_++] = room;
      }
    }
    const auto found = watched.channels.find(message->channel);
    if (found == watched.channels.end()) {
      return;
    }
    channel = found->second;
  }
  push_control({.message = message, .channel = channel});
}

asio::awaitable<void> LiveSession::write_ring() {
  for (;;) {
    while (auto item = ring_.pop()) {
      writing_since_ = std::chrono::steady_clock::now();
      const Result<void> written = co_await write(*item);
      writing_since_.reset();
      if (!written.has_value()) {
        socket_->cancel();  // Ends the reader too.
        co_return;
      }
    }
    wake_.expires_at(asio::steady_timer::time_point::max());
    co_await wake_.async_wait(kAwait);
  }
}

asio::awaitable<Result<void>> LiveSession::write(const LiveRing<Outgoing>::Item& item) {
  if (const auto* drop = std::get_if<LiveDrop>(&item)) {
    const auto room = channel_rooms_.find(drop->channel);
    const std::string name = room == channel_rooms_.end() ? "" : room->second;
    std::string text = json::serialize(json::object{
        {"type", "drop"}, {"room", name}, {"channel", drop->channel}, {"chunks", drop->chunks}});
    co_return co_await socket_->write_text(std::move(text));
  }
  const auto& outgoing = std::get<Outgoing>(item);
  const LiveMessage& message = *outgoing.message;
  if (message.kind == LiveMessage::Kind::kText) {
    json::object object = message.text;
    if (outgoing.channel != 0) {
      object["channel"] = outgoing.channel;
    }
    std::string text = json::serialize(object);
    co_return co_await socket_->write_text(std::move(text));
  }
  const ByteView bytes = as_bytes(message.bytes);
  std::array<std::uint8_t, kHeaderBytes> header{};
  std::copy_n(bytes.begin(), kHeaderBytes, header.begin());
  put_be(&header[4], outgoing.channel);
  co_return co_await socket_->write_binary(header, bytes.subspan(kHeaderBytes));
}

}  // namespace candor::monitor
