// SPDX-License-Identifier: Apache-2.0
#include "app/capture/reader_ring.h"

#include <utility>

namespace candor::app {

void ReaderRing::push(const FeedItem& item) {
  if (const auto* chunk = std::get_if<FeedChunk>(&item)) {
    push_chunk(*chunk);
    return;
  }
  items_.emplace_back(item);  // Few and small: states, formats, losses.
}

void ReaderRing::push_chunk(const FeedChunk& item) {
  const std::size_t bytes = item.chunk->bytes.size();
  const auto dropping = dropped_.find(item.channel);
  const bool must_wait = dropping != dropped_.end() && !item.chunk->sync;
  if (must_wait || bytes_ + bytes > bytes_max_) {
    ++dropped_[item.channel];
    return;
  }
  if (dropping != dropped_.end()) {
    items_.emplace_back(FeedDrop{.channel = item.channel, .chunks = dropping->second});
    dropped_.erase(dropping);
  }
  bytes_ += bytes;
  items_.emplace_back(FeedItem(item));
}

std::optional<RingItem> ReaderRing::pop() {
  if (items_.empty()) {
    return std::nullopt;
  }
  RingItem item = std::move(items_.front());
  items_.pop_front();
  if (const auto* feed = std::get_if<FeedItem>(&item)) {
    if (const auto* chunk = std::get_if<FeedChunk>(feed)) {
      bytes_ -= chunk->chunk->bytes.size();
    }
  }
  return item;
}

}  // namespace candor::app
