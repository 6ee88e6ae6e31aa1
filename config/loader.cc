// SPDX-License-Identifier: Apache-2.0
#include "config/loader.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "config/address.h"
#include "config/evidence_loader.h"
#include "config/link_loader.h"
#include "config/signer_loader.h"
#include "config/source_loader.h"
#include "config/table_reader.h"
#include "core/ids.h"

namespace candor::config {
namespace {

constexpr std::size_t kVolumesMax = 2;
constexpr std::string_view kLawyerClass = "lawyer";
constexpr std::array<std::pair<std::string_view, RoomClass>, 6> kClasses = {{
    {"interrogation", RoomClass::kInterrogation},
    {"inquiry", RoomClass::kInquiry},
    {"mediation", RoomClass::kMediation},
    {"waiting", RoomClass::kWaiting},
    {"detention", RoomClass::kDetention},
    {"evidence", RoomClass::kEvidence},
}};
constexpr std::array<std::string_view, 4> kLogLevels = {"debug", "info", "warn", "error"};
constexpr std::uint64_t kPreRollSecondsMax = 600;  // Requirement 3.3: a hard limit of ten minutes.
constexpr std::uint64_t kPreRollSeconds = 60;

template <typename Duration>
void read_duration(TableReader& reader, std::string_view key, Range range, Duration& out) {
  auto count = static_cast<std::uint64_t>(out.count());
  reader.number(key, range, count);
  out = Duration(static_cast<std::int64_t>(count));
}

void read_space_limits(TableReader& reader, LimitsConfig& limits) {
  std::vector<std::int64_t> warnings;
  reader.numbers("hours_left_warnings", {1, 10'000}, warnings);
  if (!warnings.empty()) {
    limits.hours_left_warnings = std::move(warnings);
  }
  read_duration(reader, "forecast_minutes", {1, 60}, limits.forecast);
  read_duration(reader, "session_hours_max", {1, 168}, limits.session_max);
  reader.number("session_margin_percent", {0, 200}, limits.session_margin_percent);
  reader.number("expected_video_kbps", {100, 100'000}, limits.expected_video_kbps);
  reader.number("expected_audio_kbps", {8, 10'000}, limits.expected_audio_kbps);
  reader.number("continuous_percent", {1, 100}, limits.continuous_percent);
  reader.number("continuous_quota_mib", {0, 1'000'000'000}, limits.continuous_quota_mib);
}

void read_limits(TableReader& reader, LimitsConfig& limits) {
  read_duration(reader, "media_timeout_ms", {500, 60'000}, limits.media_timeout);
  read_duration(reader, "connect_timeout_ms", {500, 60'000}, limits.connect_timeout);
  std::vector<std::int64_t> waits;
  reader.numbers("reconnect_ms", {100, 60'000}, waits);
  if (!waits.empty()) {
    limits.reconnect_waits.clear();
    for (const std::int64_t wait : waits) {
      limits.reconnect_waits.emplace_back(wait);
    }
  }
  read_duration(reader, "segment_s", {5, 600}, limits.segment);
  read_duration(reader, "unit_ms", {200, 2000}, limits.unit);
  read_duration(reader, "sync_interval_ms", {100, 5000}, limits.sync_interval);
  reader.number("queue_mib", {16, 8192}, limits.queue_mib);
  reader.number("gop_cache_mib", {1, 256}, limits.gop_cache_mib);
  reader.number("pre_roll_mib", {1, 4096}, limits.pre_roll_mib);
  reader.number("feed_ring_mib", {1, 256}, limits.feed_ring_mib);
  reader.number("viewer_ring_mib", {1, 256}, limits.viewer_ring_mib);
  reader.number("picture_transcodes", {0, 64}, limits.picture_transcodes);
  reader.number("connections", {8, 65'536}, limits.connections);
  reader.number("body_kib", {4, 1024}, limits.body_kib);
  reader.number("range_mbps", {1, 100'000}, limits.range_mbps);
  read_space_limits(reader, limits);
}

// What all rooms of a file must agree on.
struct Rooms {
  std::vector<RoomConfig> rooms;
  std::vector<LawyerRoomConfig> lawyer_rooms;
  std::set<std::string> ids;
};

void read_volume(TableReader& reader, std::vector<VolumeConfig>& volumes) {
  VolumeConfig volume;
  reader.slug("name", volume.name);
  reader.absolute_path("path", volume.path, true);
  reader.boolean("same_device", volume.same_device);
  volume.path_at = reader.place_of("path");
  for (const VolumeConfig& other : volumes) {
    if (other.name == volume.name) {
      reader.complain("name", "another volume has this name");
    }
    if (other.path == volume.path) {
      reader.complain("path", "another volume has this folder");
    }
  }
  volumes.push_back(std::move(volume));
  if (volumes.size() > kVolumesMax) {
    reader.complain("name", "a host writes two volumes at most");
  }
}

void read_lawyer_room(TableReader& reader, Rooms& rooms) {
  LawyerRoomConfig room;
  reader.slug("id", room.id);
  reader.label("name", room.name);
  reader.tables("source", [](TableReader& source) {
    source.complain("id", "a room of class lawyer has no source; take it out of the file");
  });
  rooms.lawyer_rooms.push_back(std::move(room));
}

void read_pre_roll(TableReader& reader, RoomConfig& room) {
  const bool may_have =
      room.room_class == RoomClass::kInterrogation || room.room_class == RoomClass::kInquiry;
  std::uint64_t seconds = may_have ? kPreRollSeconds : 0;
  reader.number("pre_roll_s", {0, kPreRollSecondsMax}, seconds);
  if (!may_have && seconds > 0) {
    reader.complain("pre_roll_s", "only rooms of class interrogation or inquiry have a pre-roll");
  }
  room.pre_roll = std::chrono::seconds(seconds);
}

void read_room(TableReader& reader, Rooms& rooms) {
  std::string class_name;
  std::string id;
  reader.text("class", class_name, true);
  reader.slug("id", id);
  if (!rooms.ids.insert(id).second) {
    reader.complain("id", fmt::format("'{}' is the id of two rooms", id));
  }
  if (class_name == kLawyerClass) {
    read_lawyer_room(reader, rooms);
    return;
  }
  const auto* const found = std::find_if(
      kClasses.begin(), kClasses.end(), [&](const auto& pair) { return pair.first == class_name; });
  if (found == kClasses.end()) {
    reader.complain(
        "class",
        "must be interrogation, inquiry, mediation, waiting, detention, evidence or lawyer");
    return;
  }
  RoomConfig room{.id = id, .room_class = found->second, .name = {}, .sources = {}};
  reader.label("name", room.name);
  read_pre_roll(reader, room);
  const bool has_sound =
      room.room_class != RoomClass::kDetention && room.room_class != RoomClass::kEvidence;
  std::set<std::string> source_ids;
  reader.tables("source", [&](TableReader& source) {
    room.sources.push_back(read_source(source, has_sound));
    if (!source_ids.insert(room.sources.back().id).second) {
      source.complain(
          "id", fmt::format("'{}' is the id of two sources of this room", room.sources.back().id));
    }
  });
  if (room.sources.empty()) {
    reader.complain("source", fmt::format("room '{}' has no [[room.source]]", id));
  }
  rooms.rooms.push_back(std::move(room));
}

void read_monitor(TableReader& reader, MonitorConfig& monitor) {
  std::string listen;
  reader.slug("name", monitor.name);
  reader.text("listen", listen, true);
  monitor.listen_at = reader.place_of("listen");
  if (const auto parsed = parse_listen(listen); parsed.has_value()) {
    monitor.address = parsed->address;
    monitor.port = parsed->port;
  } else {
    reader.complain("listen", "must be an IP address and a port, as in \"127.0.0.1:8080\"");
  }
  reader.absolute_path("state", monitor.state, true);
  reader.absolute_path("console", monitor.console, true);
  std::set<std::string> names;
  reader.tables("host", [&](TableReader& host) {
    HostConfig config;
    host.slug("name", config.name);
    read_host_address(host, config);
    if (!names.insert(config.name).second) {
      host.complain("name", fmt::format("'{}' is the name of two hosts", config.name));
    }
    monitor.hosts.push_back(std::move(config));
  });
  read_monitor_tls(reader, monitor);
  if (monitor.hosts.empty()) {
    reader.complain("host", "the monitor needs at least one [[monitor.host]]");
  }
}

void read_all(TableReader& reader, Config& config) {
  if (!reader.table("site", [&](TableReader& site) {
        site.slug("name", config.site);
        site.text("authority", config.authority, true);
        if (!config.authority.empty() && !is_domain(config.authority)) {
          site.complain("authority", "must be a domain in lower case, as in \"rec.example\"");
        }
      })) {
    reader.complain("site", "the section [site] is missing");
  }
  reader.text("log_level", config.log_level, false);
  if (std::find(kLogLevels.begin(), kLogLevels.end(), config.log_level) == kLogLevels.end()) {
    reader.complain("log_level", "must be debug, info, warn or error");
  }
  reader.table("capture", [&](TableReader& capture) {
    capture.slug("host", config.capture.host);
    capture.absolute_path("state", config.capture.state, true);
    config.capture.state_at = capture.place_of("state");
    capture.absolute_path("socket", config.capture.socket, true);
    config.capture.socket_at = capture.place_of("socket");
    read_capture_link(capture, config.capture);
  });
  reader.tables("volume", [&](TableReader& volume) { read_volume(volume, config.volumes); });
  reader.table("limits", [&](TableReader& limits) { read_limits(limits, config.limits); });
  Rooms rooms;
  reader.tables("room", [&](TableReader& room) { read_room(room, rooms); });
  config.rooms = std::move(rooms.rooms);
  config.lawyer_rooms = std::move(rooms.lawyer_rooms);
  reader.table("monitor", [&](TableReader& monitor) { read_monitor(monitor, config.monitor); });
  reader.table("evidence",
               [&](TableReader& evidence) { config.evidence = read_evidence(evidence); });
  reader.table("signer", [&](TableReader& signer) { config.signer = read_signer(signer); });
  reader.finish();
}

}  // namespace

std::string_view to_string(RoomClass room_class) {
  const auto* const found = std::find_if(kClasses.begin(), kClasses.end(), [&](const auto& pair) {
    return pair.second == room_class;
  });
  return found->first;
}

bool needs_session(RoomClass room_class) {
  return room_class == RoomClass::kInterrogation || room_class == RoomClass::kInquiry ||
         room_class == RoomClass::kMediation;
}

Result<Config> load_config(const std::string& path) {
  const std::ifstream file(path);
  if (!file) {
    return fail(ErrorKind::kNotFound, path + ": cannot be read");
  }
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) {
    return fail(ErrorKind::kInvalidArgument, path + ": is a folder; name the file in it");
  }
  std::ostringstream text;
  text << file.rdbuf();
  Complaint complaint(path);
  Config config;
  try {
    const toml::table table = toml::parse(text.str(), path);
    TableReader reader(table, "", complaint);
    read_all(reader, config);
  } catch (const toml::parse_error& problem) {
    return fail(ErrorKind::kInvalidArgument,
                fmt::format("{}:{}: {}", path, problem.source().begin.line, problem.description()));
  }
  if (complaint.has_value()) {
    return fail(complaint.error());
  }
  return config;
}

}  // namespace candor::config
