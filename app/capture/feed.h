// SPDX-License-Identifier: Apache-2.0
// What a room tells its live readers (docs/design/link.md, "Feed"), as values. Their form on the
// wire is in feed_messages.h.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/media.h"
#include "core/time.h"

namespace candor::app {

/// Text in the two languages of the console.
struct Label {
  std::string en;
  std::string zh;
};

/// A session as the API shows it.
struct SessionSummary {
  Uuid session;
  std::string room;
  std::string case_id;
  std::string person;
  std::vector<std::string> interrogators;
  std::string by;
  UtcTime started;
  std::optional<UtcTime> ended;
  std::size_t copies = 0;  // Of what is being written, as far as is known.
};

/// "private", "idle", "ready", "recording", "interrupted", "fault": docs/design/link.md, "Room
/// states".
enum class RoomState : std::uint8_t { kPrivate, kIdle, kReady, kRecording, kInterrupted, kFault };
[[nodiscard]] std::string_view to_string(RoomState state);

struct FeedState {
  RoomState state = RoomState::kIdle;
  UtcTime since;
  std::optional<SessionSummary> session;
};

struct FeedStream {
  std::uint32_t channel = 0;
  Uuid stream;
  std::string name;
  std::string source;
  Label label;
  bool is_substream = false;
  InitSegmentPtr init;
};

struct FeedChunk {
  std::uint32_t channel = 0;
  ChunkPtr chunk;
};

struct FeedLost {
  std::uint32_t channel = 0;
  UtcTime since;
  std::string cause;
};

struct FeedFound {
  std::uint32_t channel = 0;
};

struct FeedEnd {
  std::uint32_t channel = 0;
};

using FeedItem = std::variant<FeedState, FeedStream, FeedChunk, FeedLost, FeedFound, FeedEnd>;

/// A live reader. Called with the room locked, on any thread: it must only hand the item on.
using FeedReader = std::function<void(const FeedItem&)>;

}  // namespace candor::app
