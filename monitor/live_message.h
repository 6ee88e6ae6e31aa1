// SPDX-License-Identifier: Apache-2.0
// One message of a room's feed, shared by all its viewers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "core/bytes.h"
#include "net/http.h"

namespace candor::monitor {

/// Immutable once shared.
struct LiveMessage {
  enum class Kind : std::uint8_t { kText, kInit, kChunk };

  Kind kind = Kind::kText;
  boost::json::object text;   // kText: the JSON as it came.
  std::string bytes;          // kInit, kChunk: the binary message as it came, header included.
  std::uint32_t channel = 0;  // Of the feed; 0 for messages of the room.
  bool is_sync = false;
  bool starts_unit = false;  // Of what is recorded: docs/design/storage.md, "Unit".
};
/// In front of what a binary message carries.
inline constexpr std::size_t kLiveHeaderBytes = 16;
using LiveMessagePtr = std::shared_ptr<const LiveMessage>;

/// Null for what is no message of a feed.
[[nodiscard]] LiveMessagePtr parse_live(net::WebSocketMessage message);
/// A binary message with its header. False: it is none.
[[nodiscard]] bool read_binary(std::string bytes, LiveMessage& message);

/// The text in a field; empty when there is none.
[[nodiscard]] std::string text_of(const boost::json::object& object, std::string_view key);
/// "hvc1" of "hvc1.1.6.L93.B0".
[[nodiscard]] std::string codec_of(std::string_view codecs);

}  // namespace candor::monitor
