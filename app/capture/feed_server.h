// SPDX-License-Identifier: Apache-2.0
// Serves one live reader of one room over a WebSocket (docs/design/link.md, "Feed").
#pragma once

#include <memory>
#include <string>

#include "app/capture/room.h"
#include "net/http.h"

namespace candor::app {

struct FeedServerOptions {
  std::string host;
  std::size_t ring_bytes_max = std::size_t{4} << 20;
};

/// Runs until the reader leaves. The room must outlive the io_context's run.
[[nodiscard]] net::asio::awaitable<void> serve_feed(Room& room, FeedServerOptions options,
                                                    std::shared_ptr<net::WebSocket> socket);

/// A lawyer room's feed: its state, and nothing ever after.
[[nodiscard]] net::asio::awaitable<void> serve_private_feed(std::string room,
                                                            std::shared_ptr<net::WebSocket> socket);

}  // namespace candor::app
