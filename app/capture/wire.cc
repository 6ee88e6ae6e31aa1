// SPDX-License-Identifier: Apache-2.0
#include "app/capture/wire.h"

#include <utility>

#include <boost/json.hpp>

#include "core/big_endian.h"

namespace candor::app {
namespace {

namespace json = boost::json;

constexpr std::uint8_t kFeedVersion = 1;
constexpr std::uint8_t kInitKind = 1;
constexpr std::uint8_t kChunkKind = 2;
constexpr std::uint16_t kSyncFlag = 1;
constexpr std::uint16_t kDiscontinuityFlag = 2;
constexpr std::uint16_t kStartsUnitFlag = 4;

json::object label_json(const Label& label) { return {{"en", label.en}, {"zh", label.zh}}; }

json::value time_or_null(UtcTime time) {
  return time.ns == 0 ? json::value(nullptr) : json::value(to_rfc3339(time));
}

json::value session_or_null(const std::optional<SessionSummary>& session, std::string_view host) {
  return session.has_value() ? json::value(session_json(*session, host)) : json::value(nullptr);
}

std::string_view role_of(bool is_substream) { return is_substream ? "sub" : "main"; }

json::object track_json(const TrackStatus& track) {
  return {{"stream", to_string(track.stream)},
          {"name", track.name},
          {"source", track.source},
          {"label", label_json(track.label)},
          {"media", to_string(track.media)},
          {"role", role_of(track.is_substream)},
          {"codecs", track.codecs},
          {"width", track.width},
          {"height", track.height},
          {"state", track.is_lost ? "lost" : "ok"},
          {"since", to_rfc3339(track.since)},
          {"recorded_to", time_or_null(track.recorded_to)},
          {"frame_rate", track.frame_rate},
          {"bitrate_bps", track.bitrate_bps}};
}

FeedHeader header_of(std::uint8_t kind, std::uint16_t flags, std::uint32_t channel,
                     std::int64_t capture_ns) {
  FeedHeader header{};
  header[0] = kFeedVersion;
  header[1] = kind;
  put_be(&header[2], flags);
  put_be(&header[4], channel);
  put_be(&header[8], capture_ns);
  return header;
}

}  // namespace

json::object session_json(const SessionSummary& session, std::string_view host) {
  return {{"session", to_string(session.session)},
          {"host", host},
          {"room", session.room},
          {"case", session.case_id},
          {"person", session.person},
          {"interrogators", json::value_from(session.interrogators)},
          {"by", session.by},
          {"number", nullptr},
          {"started", to_rfc3339(session.started)},
          {"ended",
           session.ended.has_value() ? json::value(to_rfc3339(*session.ended)) : json::value()},
          {"state", session.ended.has_value() ? "closed" : "open"},
          {"copies", session.copies}};
}

json::object room_json(const RoomStatus& room, std::string_view host) {
  json::array streams;
  for (const TrackStatus& track : room.tracks) {
    streams.push_back(track_json(track));
  }
  return {{"room", room.room},
          {"name", label_json(room.name)},
          {"class", room.room_class},
          {"kind", room.needs_session ? "session" : "continuous"},
          {"state", to_string(room.state)},
          {"since", to_rfc3339(room.since)},
          {"session", session_or_null(room.session, host)},
          {"copies", room.copies},
          {"streams", std::move(streams)}};
}

json::object lawyer_room_json(std::string_view room, const Label& name) {
  return {{"room", room},
          {"name", label_json(name)},
          {"class", "lawyer"},
          {"kind", "lawyer"},
          {"state", to_string(RoomState::kPrivate)},
          {"since", nullptr},
          {"session", nullptr},
          {"copies", 0},
          {"streams", json::array()}};
}

json::object feed_json(const FeedState& item, std::string_view room, std::string_view host) {
  return {{"type", "state"},
          {"room", room},
          {"state", to_string(item.state)},
          {"since", to_rfc3339(item.since)},
          {"session", session_or_null(item.session, host)}};
}

json::object feed_json(const FeedStream& item, std::string_view room) {
  const MediaFormat& format = *item.init->format;
  return {{"type", "stream"},
          {"room", room},
          {"channel", item.channel},
          {"stream", to_string(item.stream)},
          {"name", item.name},
          {"source", item.source},
          {"label", label_json(item.label)},
          {"media", to_string(format.kind)},
          {"role", role_of(item.is_substream)},
          {"codecs", item.init->codecs},
          {"timescale", format.timescale},
          {"width", format.width},
          {"height", format.height}};
}

json::object feed_json(const FeedLost& item, std::string_view room) {
  return {{"type", "lost"},
          {"room", room},
          {"channel", item.channel},
          {"since", to_rfc3339(item.since)},
          {"cause", item.cause}};
}

json::object feed_json(const FeedFound& item, std::string_view room) {
  return {{"type", "found"}, {"room", room}, {"channel", item.channel}};
}

json::object feed_json(const FeedEnd& item, std::string_view room) {
  return {{"type", "end"}, {"room", room}, {"channel", item.channel}};
}

json::object recorded_json(const RoomStatus& room) {
  json::array streams;
  for (const TrackStatus& track : room.tracks) {
    if (!track.is_substream) {
      streams.push_back(json::object{{"stream", to_string(track.stream)},
                                     {"recorded_to", time_or_null(track.recorded_to)}});
    }
  }
  return {{"type", "recorded"}, {"room", room.room}, {"streams", std::move(streams)}};
}

json::object drop_json(std::string_view room, std::uint32_t channel, std::uint64_t chunks) {
  return {{"type", "drop"}, {"room", room}, {"channel", channel}, {"chunks", chunks}};
}

FeedHeader init_header(std::uint32_t channel) { return header_of(kInitKind, 0, channel, 0); }

FeedHeader chunk_header(std::uint32_t channel, const Chunk& chunk) {
  const auto flags = static_cast<std::uint16_t>((chunk.sync ? kSyncFlag : 0) |
                                                (chunk.discontinuity ? kDiscontinuityFlag : 0) |
                                                (chunk.starts_unit ? kStartsUnitFlag : 0));
  return header_of(kChunkKind, flags, channel, chunk.capture.ns);
}

}  // namespace candor::app
