// SPDX-License-Identifier: Apache-2.0
#include "app/capture/feed_server.h"

#include <chrono>
#include <utility>

#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/json.hpp>

#include "app/capture/wire.h"
#include "core/live_ring.h"

namespace candor::app {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr auto kRecordedInterval = 1s;

using RingItem = LiveRing<FeedItem>::Item;

void push(LiveRing<FeedItem>& ring, const FeedItem& item) {
  if (const auto* chunk = std::get_if<FeedChunk>(&item)) {
    ring.push_chunk(item, chunk->channel, chunk->chunk->bytes.size(), chunk->chunk->sync);
  } else {
    ring.push_control(item);
  }
}

// What the room's callbacks and the writing coroutine share, on the connection's executor.
struct Reader {
  Reader(const asio::any_io_executor& executor, std::size_t bytes_max)
      : ring(bytes_max), wake(executor) {}

  LiveRing<FeedItem> ring;
  asio::steady_timer wake;
};

class FeedWriter {
 public:
  FeedWriter(Room& room, std::string host, net::WebSocket& socket, Reader& reader)
      : room_(room), host_(std::move(host)), socket_(socket), reader_(reader) {}

  // Returns when a write fails.
  asio::awaitable<void> run() {
    auto next_recorded = std::chrono::steady_clock::now() + kRecordedInterval;
    for (;;) {
      while (std::optional<RingItem> item = reader_.ring.pop()) {
        const Result<void> written = co_await write(*item);
        if (!written.has_value()) {
          co_return;
        }
      }
      if (std::chrono::steady_clock::now() >= next_recorded) {
        next_recorded += kRecordedInterval;
        const Result<void> written = co_await write_json(recorded_json(room_.status()));
        if (!written.has_value()) {
          co_return;
        }
        continue;
      }
      reader_.wake.expires_at(next_recorded);
      co_await reader_.wake.async_wait(kAwait);
    }
  }

 private:
  asio::awaitable<Result<void>> write(const RingItem& item) {
    const std::string& room = room_.options().room;
    if (const auto* drop = std::get_if<LiveDrop>(&item)) {
      co_return co_await write_json(drop_json(room, drop->channel, drop->chunks));
    }
    const auto& feed = std::get<FeedItem>(item);
    if (const auto* chunk = std::get_if<FeedChunk>(&feed)) {
      const FeedHeader header = chunk_header(chunk->channel, *chunk->chunk);
      co_return co_await socket_.write_binary(header, chunk->chunk->bytes);
    }
    if (const auto* stream = std::get_if<FeedStream>(&feed)) {
      const Result<void> announced = co_await write_json(feed_json(*stream, room));
      if (!announced.has_value()) {
        co_return announced;
      }
      const FeedHeader header = init_header(stream->channel);
      co_return co_await socket_.write_binary(header, stream->init->bytes);
    }
    co_return co_await write_json(small_json(feed, room));
  }

  [[nodiscard]] boost::json::object small_json(const FeedItem& item,
                                               const std::string& room) const {
    if (const auto* state = std::get_if<FeedState>(&item)) {
      return feed_json(*state, room, host_);
    }
    if (const auto* lost = std::get_if<FeedLost>(&item)) {
      return feed_json(*lost, room);
    }
    if (const auto* found = std::get_if<FeedFound>(&item)) {
      return feed_json(*found, room);
    }
    return feed_json(std::get<FeedEnd>(item), room);
  }

  asio::awaitable<Result<void>> write_json(boost::json::object message) {
    std::string text = boost::json::serialize(message);
    co_return co_await socket_.write_text(std::move(text));
  }

  Room& room_;
  const std::string host_;
  net::WebSocket& socket_;
  Reader& reader_;
};

// A reader sends nothing; its end is noticed here.
asio::awaitable<void> read_until_closed(net::WebSocket& socket) {
  for (;;) {
    const Result<net::WebSocketMessage> message = co_await socket.read();
    if (!message.has_value()) {
      co_return;
    }
  }
}

}  // namespace

asio::awaitable<void> serve_feed(Room& room, FeedServerOptions options,
                                 std::shared_ptr<net::WebSocket> socket) {
  using asio::experimental::awaitable_operators::operator||;
  const auto executor = co_await asio::this_coro::executor;
  auto reader = std::make_shared<Reader>(executor, options.ring_bytes_max);
  const std::uint64_t number = room.add_reader([reader, executor](const FeedItem& item) {
    asio::post(executor, [reader, item] {
      push(reader->ring, item);
      reader->wake.cancel();
    });
  });
  FeedWriter writer(room, std::move(options.host), *socket, *reader);
  auto writing = writer.run();
  auto reading = read_until_closed(*socket);
  co_await (std::move(writing) || std::move(reading));
  room.remove_reader(number);
}

asio::awaitable<void> serve_private_feed(std::string room, std::shared_ptr<net::WebSocket> socket) {
  std::string text = boost::json::serialize(boost::json::object{{"type", "state"},
                                                                {"room", room},
                                                                {"state", "private"},
                                                                {"since", nullptr},
                                                                {"session", nullptr}});
  const Result<void> written = co_await socket->write_text(std::move(text));
  if (written.has_value()) {
    co_await read_until_closed(*socket);
  }
}

}  // namespace candor::app
