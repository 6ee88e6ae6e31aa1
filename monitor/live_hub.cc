// SPDX-License-Identifier: Apache-2.0
#include "monitor/live_hub.h"

#include <algorithm>
#include <chrono>
#include <set>
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
constexpr auto kRetry = 1s;
constexpr std::size_t kMessageBytesMax = std::size_t{16} << 20;
constexpr std::size_t kGopBytesMax = std::size_t{8} << 20;
constexpr std::size_t kAudioChunksKept =
    128;  // Three seconds of two-frame chunks: as long as a GOP.

}  // namespace

LiveHub::LiveHub(asio::any_io_executor executor, FindHost find_host, TranscodeOptions transcodes,
                 std::chrono::milliseconds keep_after_last_viewer)
    : executor_(std::move(executor)),
      find_host_(std::move(find_host)),
      transcode_options_(std::move(transcodes)),
      keep_after_last_viewer_(keep_after_last_viewer) {}

std::shared_ptr<LiveHub::Feed> LiveHub::begin_feed(const std::string& room) {
  auto feed = std::make_shared<Feed>(room, executor_);
  // The feed owns its transcodes: they end before it does.
  feed->transcodes =
      std::make_unique<FeedTranscodes>(executor_, transcode_options_, transcode_counts_, room,
                                       [feed = feed.get()](const LiveMessagePtr& message) {
                                         remember(*feed, message);
                                         tell(*feed, message);
                                       });
  if (units_ != nullptr) {
    feed->check = std::make_unique<ContentCheck>(room, *units_);
  }
  auto running = run_feed(feed);
  asio::co_spawn(executor_, std::move(running), [room](const std::exception_ptr& problem) {
    if (problem) {
      log::error("live.feed-threw", {{"room", room}});
    }
  });
  return feed;
}

void LiveHub::attach(const std::string& room, LiveViewer& viewer) {
  std::shared_ptr<Feed>& feed = feeds_[room];
  if (feed == nullptr) {
    feed = begin_feed(room);
  }
  feed->is_over = false;
  feed->unwatched.cancel();
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
  if (found == feeds_.end()) {
    return;
  }
  const std::shared_ptr<Feed>& feed = found->second;
  if (std::erase(feed->viewers, &viewer) == 0) {
    return;
  }
  tell_viewers(*feed);
  if (feed->viewers.empty()) {
    end_unless_watched(feed);
  }
}

// Not at the next message: an idle room sends none.
void LiveHub::end_unless_watched(const std::shared_ptr<Feed>& feed) const {
  feed->unwatched.expires_after(keep_after_last_viewer_);
  feed->unwatched.async_wait([feed](const boost::system::error_code& code) {
    if (!code && feed->viewers.empty()) {
      end(*feed);
    }
  });
}

void LiveHub::end(Feed& feed) {
  feed.is_over = true;
  if (feed.socket != nullptr) {
    feed.socket->cancel();
  }
}

void LiveHub::check_hosts() {
  for (const auto& [room, feed] : feeds_) {
    const std::string objection = feed->socket == nullptr ? "" : feed->socket->objection();
    if (!objection.empty()) {
      log::warn("live.host-refused", {{"room", room}, {"error", objection}});
      feed->socket->cancel();
    }
  }
}

void LiveHub::stop() {
  for (const auto& [room, feed] : std::exchange(feeds_, {})) {
    feed->viewers.clear();
    feed->unwatched.cancel();
    feed->transcodes->clear();
    end(*feed);
  }
}

// Each account once, however many pages it has open.
void LiveHub::tell_viewers(const Feed& feed) {
  std::set<std::string> names;
  for (const LiveViewer* viewer : feed.viewers) {
    names.insert(viewer->viewer_name());
  }
  auto message = std::make_shared<LiveMessage>();
  message->text = {{"type", "viewers"}, {"room", feed.room}, {"names", json::value_from(names)}};
  tell(feed, message);
}

// Until nobody has watched for a while; connects again for ever meanwhile.
asio::awaitable<void> LiveHub::run_feed(std::shared_ptr<Feed> feed) {
  asio::steady_timer timer(executor_);
  bool was_refused = false;  // Said once, not every second.
  for (;;) {
    auto pulling = pull(feed);
    const Result<void> pulled = co_await std::move(pulling);
    forget_channels(*feed);
    if (!pulled.has_value() && !was_refused) {
      log::warn("live.feed-failed", {{"room", feed->room}, {"error", pulled.error().message()}});
    }
    was_refused = !pulled.has_value();
    timer.expires_after(feed->is_over ? 0s : kRetry);
    co_await timer.async_wait(kAwait);
    if (!feed->is_over) {
      continue;
    }
    if (const auto known = feeds_.find(feed->room);
        known != feeds_.end() && known->second == feed) {
      feeds_.erase(known);
    }
    co_return;
  }
}

// One connection, for as long as it lasts. Errors: there was none.
asio::awaitable<Result<void>> LiveHub::pull(std::shared_ptr<Feed> feed) {
  const auto host = find_host_(feed->room);
  if (!host.has_value()) {
    co_return fail(ErrorKind::kNotFound, "no host has this room");
  }
  std::string target = "/v1/feed?room=" + net::encode_parameter(feed->room);
  auto connecting = net::connect_websocket(*host, std::move(target), kMessageBytesMax);
  auto socket = co_await std::move(connecting);
  if (!socket.has_value()) {
    co_return fail(socket.error());
  }
  feed->socket = *socket;
  while (!feed->is_over) {
    Result<net::WebSocketMessage> message = co_await feed->socket->read();
    if (!message.has_value()) {
      break;
    }
    take(*feed, std::move(*message));
  }
  feed->socket->cancel();
  feed->socket.reset();
  co_return Result<void>();
}

// What the lost connection told is not true any more; the next one tells it anew.
void LiveHub::forget_channels(Feed& feed) {
  feed.state = nullptr;
  feed.transcodes->clear();
  if (feed.check != nullptr) {
    feed.check->clear();
  }
  for (const auto& [number, channel] : std::exchange(feed.channels, {})) {
    auto message = std::make_shared<LiveMessage>();
    message->text = {{"type", "end"}, {"room", feed.room}, {"channel", number}};
    message->channel = number;
    tell(feed, message);
  }
}

void LiveHub::take(Feed& feed, net::WebSocketMessage message) {
  const LiveMessagePtr live = parse_live(std::move(message));
  if (live == nullptr) {
    log::warn("live.message-malformed", {{"room", feed.room}});
    return;
  }
  remember(feed, live);
  tell(feed, live);
  feed.transcodes->take(live);
  if (feed.check != nullptr) {
    feed.check->take(*live);
  }
}

void LiveHub::tell(const Feed& feed, const LiveMessagePtr& message) {
  // A viewer may leave while it is told.
  const std::vector<LiveViewer*> viewers = feed.viewers;
  for (LiveViewer* viewer : viewers) {
    viewer->on_live(feed.room, message);
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
