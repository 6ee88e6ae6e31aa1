// SPDX-License-Identifier: Apache-2.0
// One message of a room's feed, shared by all its viewers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <boost/json/object.hpp>

#include "core/bytes.h"

namespace candor::monitor {

/// Immutable once shared.
struct LiveMessage {
  enum class Kind : std::uint8_t { kText, kInit, kChunk };

  Kind kind = Kind::kText;
  boost::json::object text;   // kText: the JSON as it came.
  std::string bytes;          // kInit, kChunk: the binary message as it came, header included.
  std::uint32_t channel = 0;  // Of the feed; 0 for messages of the room.
  bool is_sync = false;
};
using LiveMessagePtr = std::shared_ptr<const LiveMessage>;

}  // namespace candor::monitor
