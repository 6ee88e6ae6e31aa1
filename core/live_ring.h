// SPDX-License-Identifier: Apache-2.0
// What waits for one live reader: bounded in bytes. A reader that is too slow loses chunks up to
// the next key frame of their channel, and is told how many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <variant>

namespace candor {

/// The reader lost this many chunks of a channel; the next one it gets is a key frame.
struct LiveDrop {
  std::uint32_t channel = 0;
  std::uint64_t chunks = 0;
};

/// One strand. `Message` is cheap to copy: it shares its bytes.
template <typename Message>
class LiveRing {
 public:
  using Item = std::variant<Message, LiveDrop>;

  explicit LiveRing(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// States, formats, losses: few and small, never dropped. Who pushes them for ever to a reader
  /// that does not read looks at controls() and ends it.
  void push_control(Message message) {
    ++controls_;
    items_.push_back({.item = std::move(message), .is_control = true});
  }

  void push_chunk(Message message, std::uint32_t channel, std::size_t bytes, bool is_sync) {
    const auto dropping = dropped_.find(channel);
    const bool must_wait = dropping != dropped_.end() && !is_sync;
    if (must_wait || bytes_ + bytes > bytes_max_) {
      ++dropped_[channel];
      return;
    }
    if (dropping != dropped_.end()) {
      items_.push_back({.item = LiveDrop{.channel = channel, .chunks = dropping->second}});
      dropped_.erase(dropping);
    }
    bytes_ += bytes;
    items_.push_back({.item = std::move(message), .bytes = bytes});
  }

  [[nodiscard]] std::optional<Item> pop() {
    if (items_.empty()) {
      return std::nullopt;
    }
    Waiting first = std::move(items_.front());
    items_.pop_front();
    bytes_ -= first.bytes;
    controls_ -= first.is_control ? 1 : 0;
    return std::move(first.item);
  }

  /// Control messages that wait.
  [[nodiscard]] std::size_t controls() const { return controls_; }

  /// The channel will not come again.
  void forget(std::uint32_t channel) { dropped_.erase(channel); }

 private:
  struct Waiting {
    Item item;
    std::size_t bytes = 0;
    bool is_control = false;
  };

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::size_t controls_ = 0;
  std::deque<Waiting> items_;
  std::map<std::uint32_t, std::uint64_t> dropped_;  // Channels that wait for a key frame.
};

}  // namespace candor
