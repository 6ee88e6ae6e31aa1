// SPDX-License-Identifier: Apache-2.0
// What waits for one live reader: bounded in bytes. A reader that is too slow loses chunks up to
// the next key frame, and is told so.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <variant>

#include "app/capture/feed.h"

namespace candor::app {

/// The reader lost this many chunks of a channel; the next one it gets is a key frame.
struct FeedDrop {
  std::uint32_t channel = 0;
  std::uint64_t chunks = 0;
};

using RingItem = std::variant<FeedItem, FeedDrop>;

/// One strand.
class ReaderRing {
 public:
  explicit ReaderRing(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  void push(const FeedItem& item);
  [[nodiscard]] std::optional<RingItem> pop();

 private:
  void push_chunk(const FeedChunk& chunk);

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::deque<RingItem> items_;
  std::map<std::uint32_t, std::uint64_t> dropped_;  // Channels that wait for a key frame.
};

}  // namespace candor::app
