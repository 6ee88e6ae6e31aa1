// SPDX-License-Identifier: Apache-2.0
#include "monitor/live_session.h"

#include <array>
#include <utility>

#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/json.hpp>

#include "core/big_endian.h"
#include "core/time.h"
#include "net/json.h"

namespace candor::monitor {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kHeaderBytes = 16;
constexpr std::size_t kRoomsMax = 64;

std::string type_of(const json::object& object) {
  return net::optional_text_field(object, "type").value_or("");
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
  co_await (std::move(reading) || std::move(writing));
}

asio::awaitable<void> LiveSession::read_requests() {
  for (;;) {
    const Result<net::WebSocketMessage> message = co_await socket_->read();
    if (!message.has_value()) {
      co_return;
    }
    Result<json::object> request = net::parse_object(message->content);
    if (!request.has_value()) {
      queue_text({{"type", "refused"}, {"room", nullptr}, {"message", request.error().message()}});
      continue;
    }
    auto taking = take_request(std::move(*request));
    co_await std::move(taking);
  }
}

asio::awaitable<void> LiveSession::take_request(json::object request) {
  const std::string type = type_of(request);
  if (type == "watch") {
    auto watching = watch(std::move(request));
    co_await std::move(watching);
  } else if (type == "unwatch") {
    unwatch(net::optional_text_field(request, "room").value_or(""));
  } else if (type == "ping") {
    const json::value* t = request.if_contains("t");
    queue_text({{"type", "pong"},
                {"t", t == nullptr ? json::value() : *t},
                {"now_ns", std::to_string(SystemClock().utc().ns)}});
  }
}

asio::awaitable<void> LiveSession::watch(json::object request) {
  const std::string room = net::optional_text_field(request, "room").value_or("");
  Result<void> allowed = fail(ErrorKind::kResourceExhausted, "too many rooms on one page");
  if (watched_.size() < kRoomsMax) {
    auto asking = options_.may_watch(room);
    allowed = co_await std::move(asking);
  }
  if (!allowed.has_value()) {
    queue_text({{"type", "refused"}, {"room", room}, {"message", allowed.error().message()}});
    co_return;
  }
  unwatch(room);
  Watched& watched = watched_[room];
  if (const json::value* names = request.if_contains("streams");
      names != nullptr && names->is_array()) {
    watched.names.emplace();
    for (const json::value& name : names->get_array()) {
      if (name.is_string()) {
        watched.names->emplace(name.get_string());
      }
    }
  }
  hub_.attach(room, *this);
}

void LiveSession::unwatch(const std::string& room) {
  if (watched_.erase(room) > 0) {
    std::erase_if(channel_rooms_, [&](const auto& entry) { return entry.second == room; });
    hub_.detach(room, *this);
  }
}

void LiveSession::tell(json::object message) { queue_text(std::move(message)); }

void LiveSession::queue_text(json::object text) {
  auto message = std::make_shared<LiveMessage>();
  message->text = std::move(text);
  ring_.push_control({.message = std::move(message)});
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
    ring_.push_control(std::move(outgoing));
  } else {
    ring_.push_chunk(std::move(outgoing), channel->second, message->bytes.size(), message->is_sync);
  }
  wake_.cancel();
}

void LiveSession::take_text(const std::string& room, Watched& watched,
                            const LiveMessagePtr& message) {
  std::uint32_t channel = 0;
  if (message->channel != 0) {
    if (type_of(message->text) == "stream") {
      const std::string name = net::optional_text_field(message->text, "name").value_or("");
      if (watched.names.has_value() && !watched.names->contains(name)) {
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
  ring_.push_control({.message = message, .channel = channel});
  wake_.cancel();
}

asio::awaitable<void> LiveSession::write_ring() {
  for (;;) {
    while (auto item = ring_.pop()) {
      const Result<void> written = co_await write(*item);
      if (!written.has_value()) {
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
