// SPDX-License-Identifier: Apache-2.0
// Hashes the units of a feed that somebody watches, for the comparison with the log: what was seen
// live is what is recorded. The comparison is monitor/mirror/unit_book.h's.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "evidence/digest.h"
#include "monitor/live_message.h"
#include "monitor/mirror/unit_book.h"

namespace candor::monitor {

/// One room's feed. On the net thread; the book outlives it.
///
/// A unit is checked when all its chunks came and the next one has begun. The rest is passed over:
/// the first part of a feed, what was dropped because the monitor was slow, the last unit of a
/// stream, and smaller pictures, which are not recorded.
class ContentCheck {
 public:
  ContentCheck(std::string room, mirror::UnitBook& units) : room_(std::move(room)), units_(units) {}

  void take(const LiveMessage& message);
  /// The connection is over.
  void clear() { channels_.clear(); }

 private:
  struct Channel {
    mirror::WatchedUnit unit;
    evidence::Sha256 content;
    bool has_unit = false;
  };

  void take_text(const LiveMessage& message);
  void take_chunk(const LiveMessage& message, Channel& channel);

  const std::string room_;
  mirror::UnitBook& units_;
  std::map<std::uint32_t, Channel> channels_;
};

}  // namespace candor::monitor
