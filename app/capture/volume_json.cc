// SPDX-License-Identifier: Apache-2.0
#include "app/capture/volume_json.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>

namespace candor::app {
namespace {

namespace json = boost::json;

std::string_view state_word(storage::VolumeState state) {
  switch (state) {
    case storage::VolumeState::kOk:
      return "ok";
    case storage::VolumeState::kSlow:
      return "slow";
    case storage::VolumeState::kFull:
      return "full";
    case storage::VolumeState::kAway:
      return "away";
  }
  return "away";
}

// To a tenth: more is a guess.
json::value hours_value(std::optional<double> hours) {
  return hours.has_value() ? json::value(std::round(*hours * 10) / 10) : json::value();
}

json::value warning_value(std::optional<std::int64_t> hours) {
  return hours.has_value() ? json::value(*hours) : json::value();
}

}  // namespace

json::array volumes_json(const storage::RecorderStatus& recorder, const SpaceStatus& space) {
  json::array volumes;
  for (std::size_t i = 0; i < recorder.volumes.size(); ++i) {
    const storage::VolumeStatus& volume = recorder.volumes[i];
    const VolumeForecast& forecast = space.volumes[i];
    const bool is_there = volume.is_space_known && volume.state != storage::VolumeState::kAway;
    const std::uint64_t bytes_free = is_there ? volume.space.bytes_free : 0;
    volumes.push_back({{"name", volume.name},
                       {"state", state_word(volume.state)},
                       {"detail", volume.detail},
                       {"bytes_total", volume.space.bytes_total},
                       // What cannot be told, or cannot be had, counts as none.
                       {"bytes_free", bytes_free},
                       {"behind_ms", volume.behind.count()},
                       {"failed_files", volume.failed_files},
                       {"hours_left", hours_value(forecast.hours_left)},
                       {"hours_left_busy", hours_value(forecast.hours_left_busy)},
                       {"warning", warning_value(forecast.warning_h)},
                       {"short_bytes", forecast.short_bytes}});
  }
  return volumes;
}

json::object continuous_json(const ContinuousSpace& space) {
  return {{"state", space.is_used_up ? "full" : "ok"},
          {"bytes_used", space.is_measured ? json::value(space.bytes_used) : json::value()},
          {"bytes_quota", space.bytes_quota},
          {"hours_left", hours_value(space.hours_left)},
          {"warning", warning_value(space.warning_h)}};
}

json::object copies_json(const storage::RecorderStatus& recorder) {
  const storage::CopyStatus& copies = recorder.copies;
  json::object object{{"volumes", copies.volumes},
                      {"segments_below_two", copies.counts.segments_below_two},
                      {"sessions_below_two", copies.counts.sessions_below_two},
                      {"segments_lost", copies.counts.segments_lost},
                      {"copied", copies.copied}};
  // While the logs are searched after a start, nothing is known of the copies.
  object["fault"] = copies.is_known        ? json::value(nullptr)
                    : copies.fault.empty() ? json::value("not compared yet")
                                           : json::value(copies.fault);
  return object;
}

}  // namespace candor::app
