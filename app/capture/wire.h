// SPDX-License-Identifier: Apache-2.0
// The link's words (docs/design/link.md): rooms, sessions and feed items as JSON and as binary
// messages.
#pragma once

#include <array>

#include <boost/json/object.hpp>

#include "app/capture/feed.h"
#include "app/capture/room.h"
#include "core/bytes.h"

namespace candor::app {

[[nodiscard]] boost::json::object session_json(const SessionSummary& session,
                                               std::string_view host);
[[nodiscard]] boost::json::object room_json(const RoomStatus& room, std::string_view host);
[[nodiscard]] boost::json::object lawyer_room_json(std::string_view room, const Label& name);

/// Text of a feed item that is not media.
[[nodiscard]] boost::json::object feed_json(const FeedState& item, std::string_view room,
                                            std::string_view host);
[[nodiscard]] boost::json::object feed_json(const FeedStream& item, std::string_view room);
[[nodiscard]] boost::json::object feed_json(const FeedLost& item, std::string_view room);
[[nodiscard]] boost::json::object feed_json(const FeedFound& item, std::string_view room);
[[nodiscard]] boost::json::object feed_json(const FeedEnd& item, std::string_view room);
[[nodiscard]] boost::json::object recorded_json(const RoomStatus& room);
[[nodiscard]] boost::json::object drop_json(std::string_view room, std::uint32_t channel,
                                            std::uint64_t chunks);

inline constexpr std::size_t kFeedHeaderBytes = 16;

using FeedHeader = std::array<std::uint8_t, kFeedHeaderBytes>;

/// The header of a binary message; the box bytes follow it.
[[nodiscard]] FeedHeader init_header(std::uint32_t channel);
[[nodiscard]] FeedHeader chunk_header(std::uint32_t channel, const Chunk& chunk);

}  // namespace candor::app
