// SPDX-License-Identifier: Apache-2.0
#include "monitor/live_hub.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio.hpp>
#include <boost/json.hpp>

#include "core/big_endian.h"
#include "core/log.h"
#include "net/client.h"

namespace candor::monitor {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr auto kKeepAfterLastViewer = 5s;  // Somebody who reloads the page finds the feed running.
constexpr auto kRetry = 1s;
constexpr std::size_t kMessageBytesMax = std::size_t{16} << 20;
constexpr std::size_t kGopBytesMax = std::size_t{8} << 20;
constexpr std::size_t kAudioChunksKept =
    128;  // Three seconds of two-frame chunks: as long as a GOP.
constexpr std::size_t kHeaderBytes = 16;
constexpr std::uint8_t kInitKind = 1;
constexpr std::uint16_t kSyncFlag = 1;

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* field = object.if_contains(json::string_view(key));
  return field != nullptr && field->is_string() ? std::string(field->get_string()) : "";
}

std::uint32_t channel_of(const json::object& object) {
  const json::value* field = object.if_contains("channel");
  boost::system::error_code code;
  return field == nullptr ? 0 : field->to_number<std::uint32_t>(code);
}

LiveMessagePtr parse(net::WebSocketMessage message) {
  auto live = std::make_shared<LiveMessage>();
  if (message.is_text) {
    boost::system::error_code code;
    json::value value = json::parse(message.content, code);
    if (code.failed() || !value.is_object()) {
      return nullptr;
    }
    live->text = std::move(value.get_object());
    live->channel = channel_of(live->text);
    return live;
  }
  if (message.content.size() < kHeaderBytes) {
    return nullptr;
  }
  const auto* header = reinterpret_cast<const std::uint8_t*>(message.content.data());
  live->kind = header[1] == kInitKind ? LiveMessage::Kind::kInit : LiveMessage::Kind::kChunk;
  live->is_sync = (get_be<std::uint16_t>(header + 2) & kSyncFlag) != 0;
  live->channel = get_be<std::uint32_t>(header + 4);
  live->bytes = std::move(message.content);
  return live;
}

}  // namespace

LiveHub::LiveHub(asio::any_io_executor executor, FindHost find_host)
    : executor_(std::move(executor)), find_host_(std::move(find_host)) {}

void LiveHub::attach(const std::string& room, LiveViewer& viewer) {
  std::shared_ptr<Feed>& feed = feeds_[room];
  if (feed == nullptr) {
    feed = std::make_shared<Feed>();
    feed->room = room;
    auto running = run_feed(feed);
    asio::co_spawn(executor_, std::move(running), [room](const std::exception_ptr& problem) {
      if (problem) {
        log::error("live.feed-threw", {{"room", room}});
      }
    });
  }
  if (std::find(feed->viewers.begin(), feed->viewers.end(), &viewer) == feed->viewers.end()) {
    feed->viewers.push_back(&viewer);
  }
  if (feed->state != nullptr) {
    viewer.on_live(room, feed->state);
  }
  for (const auto& [number, channel] : feed->channels) {
    viewer.on_live(room, channel.stream);
    if (channel.init != nullptr) {
      viewer.on_live(room, channel.init);
    }
    for (const LiveMessagePtr& chunk : channel.gop) {
      viewer.on_live(room, chunk);
    }
    if (channel.lost != nullptr) {
      viewer.on_live(room, channel.lost);
    }
  }
  tell_viewers(*feed);
}

void LiveHub::detach(const std::string& room, LiveViewer& viewer) {
  const auto found = feeds_.find(room);
  if (found != feeds_.end()) {
    std::erase(found->second->viewers, &viewer);
    tell_viewers(*found->second);
  }
}

std::vector<std::string> LiveHub::viewer_names(const std::string& room) const {
  std::vector<std::string> names;
  const auto found = feeds_.find(room);
  if (found != feeds_.end()) {
    for (const LiveViewer* viewer : found->second->viewers) {
      names.push_back(viewer->viewer_name());
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void LiveHub::tell_viewers(const Feed& feed) {
  auto message = std::make_shared<LiveMessage>();
  json::array names;
  for (const LiveViewer* viewer : feed.viewers) {
    names.emplace_back(viewer->viewer_name());
  }
  message->text = {{"type", "viewers"}, {"room", feed.room}, {"names", std::move(names)}};
  for (LiveViewer* viewer : feed.viewers) {
    viewer->on_live(feed.room, message);
  }
}

// Until nobody has watched for a while; connects again for ever meanwhile.
asio::awaitable<void> LiveHub::run_feed(std::shared_ptr<Feed> feed) {
  asio::steady_timer timer(executor_);
  auto left_at = std::chrono::steady_clock::now();
  for (;;) {
    const bool had_media = co_await pull(feed);
    feed->channels.clear();
    const auto now = std::chrono::steady_clock::now();
    if (!feed->viewers.empty() || had_media) {
      left_at = now;
    }
    if (feed->viewers.empty() && now - left_at >= kKeepAfterLastViewer) {
      feeds_.erase(feed->room);
      co_return;
    }
    timer.expires_after(kRetry);
    co_await timer.async_wait(kAwait);
    if (feed->viewers.empty()) {
      feeds_.erase(feed->room);
      co_return;
    }
  }
}

// One connection. Returns when it ends, or when nobody watches any more.
asio::awaitable<bool> LiveHub::pull(std::shared_ptr<Feed> feed) {
  const auto host = find_host_(feed->room);
  if (!host.has_value()) {
    co_return false;
  }
  std::string target = "/v1/feed?room=" + net::encode_parameter(feed->room);
  auto connecting = net::connect_websocket(*host, std::move(target), kMessageBytesMax);
  auto socket = co_await std::move(connecting);
  if (!socket.has_value()) {
    log::warn("live.feed-failed", {{"room", feed->room}, {"error", socket.error().message()}});
    co_return false;
  }
  feed->socket = *socket;
  auto unwatched_since = std::chrono::steady_clock::time_point::max();
  for (;;) {
    Result<net::WebSocketMessage> message = co_await feed->socket->read();
    if (!message.has_value()) {
      break;
    }
    take(*feed, std::move(*message));
    const auto now = std::chrono::steady_clock::now();
    unwatched_since = feed->viewers.empty() ? std::min(unwatched_since, now)
                                            : std::chrono::steady_clock::time_point::max();
    if (feed->viewers.empty() && now - unwatched_since >= kKeepAfterLastViewer) {
      break;
    }
  }
  feed->socket->cancel();
  feed->socket.reset();
  co_return true;
}

void LiveHub::take(Feed& feed, net::WebSocketMessage message) {
  const LiveMessagePtr live = parse(std::move(message));
  if (live == nullptr) {
    log::warn("live.message-malformed", {{"room", feed.room}});
    return;
  }
  remember(feed, live);
  // A viewer may leave while it is told.
  const std::vector<LiveViewer*> viewers = feed.viewers;
  for (LiveViewer* viewer : viewers) {
    viewer->on_live(feed.room, live);
  }
}

void LiveHub::remember(Feed& feed, const LiveMessagePtr& message) {
  if (message->kind == LiveMessage::Kind::kText) {
    remember_text(feed, message);
    return;
  }
  const auto found = feed.channels.find(message->channel);
  if (found == feed.channels.end()) {
    return;
  }
  Channel& channel = found->second;
  if (message->kind == LiveMessage::Kind::kInit) {
    channel.init = message;
    channel.gop.clear();
    channel.gop_bytes = 0;
    return;
  }
  channel.lost = nullptr;
  const bool starts = channel.is_video && message->is_sync;
  if (starts || channel.gop_bytes > kGopBytesMax) {
    channel.gop.clear();
    channel.gop_bytes = 0;
  }
  if (!channel.is_video && channel.gop.size() >= kAudioChunksKept) {
    channel.gop_bytes -= channel.gop.front()->bytes.size();
    channel.gop.pop_front();
  }
  if (!channel.gop.empty() || message->is_sync) {
    channel.gop.push_back(message);
    channel.gop_bytes += message->bytes.size();
  }
}

void LiveHub::remember_text(Feed& feed, const LiveMessagePtr& message) {
  const std::string type = text_of(message->text, "type");
  if (type == "state") {
    feed.state = message;
  } else if (type == "stream") {
    feed.channels[message->channel] = {.stream = message,
                                       .init = nullptr,
                                       .lost = nullptr,
                                       .gop = {},
                                       .is_video = text_of(message->text, "media") == "video"};
  } else if (type == "end") {
    feed.channels.erase(message->channel);
  } else if (const auto found = feed.channels.find(message->channel);
             found != feed.channels.end()) {
    if (type == "lost") {
      found->second.lost = message;
    } else if (type == "found") {
      found->second.lost = nullptr;
    }
  }
}

}  // namespace candor::monitor
