// SPDX-License-Identifier: Apache-2.0
#include "app/capture/space/keeper.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "app/capture/space/session_need.h"
#include "core/log.h"

namespace candor::app {
namespace {

constexpr std::uint64_t kPercent = 100;

std::vector<std::string> roots_that_are_there(const storage::RecorderStatus& recorder) {
  std::vector<std::string> roots;
  for (const storage::VolumeStatus& volume : recorder.volumes) {
    if (volume.state != storage::VolumeState::kAway) {
      roots.push_back(volume.path);
    }
  }
  return roots;
}

std::vector<std::string> continuous_rooms(const std::vector<RoomStatus>& rooms) {
  std::vector<std::string> names;
  for (const RoomStatus& room : rooms) {
    if (!room.needs_session) {
      names.push_back(room.room);
    }
  }
  return names;
}

// Both volumes hold the same, so the smaller one decides; one that is away counts as it was.
std::uint64_t quota_of(const storage::RecorderStatus& recorder, const SpaceLimits& limits) {
  if (limits.continuous_quota_bytes > 0) {
    return limits.continuous_quota_bytes;
  }
  std::uint64_t smallest = 0;
  for (const storage::VolumeStatus& volume : recorder.volumes) {
    const std::uint64_t total = volume.space.bytes_total;
    if (total > 0) {
      smallest = smallest == 0 ? total : std::min(smallest, total);
    }
  }
  return smallest / kPercent * limits.continuous_percent;
}

void tell(std::string_view event, const log::Field& whose, const SpaceWarning& warning,
          std::optional<double> hours) {
  const log::Field left("hours_left", hours.value_or(0));
  if (const auto level = warning.level_h(); level.has_value()) {
    log::error(event, {whose, left, {"below_h", *level}});
  } else {
    log::info(event, {whose, left});
  }
}

}  // namespace

SpaceKeeper::SpaceKeeper(SpaceLimits limits, const storage::RecorderStatus& recorder,
                         const std::vector<RoomStatus>& rooms)
    : limits_(std::move(limits)),
      usage_(roots_that_are_there(recorder), continuous_rooms(rooms)),
      total_(limits_.window),
      continuous_(limits_.window),
      quota_warning_(limits_.warnings_h) {
  const MutexLock lock(mutex_);
  for (const RoomStatus& room : rooms) {
    rates_.push_back(
        {.tracks = std::vector<SmoothedRate>(room.tracks.size(), SmoothedRate(limits_.window))});
  }
  warnings_.resize(recorder.volumes.size(), SpaceWarning(limits_.warnings_h));
  status_.volumes.resize(recorder.volumes.size());
  judge_continuous(recorder);
}

void SpaceKeeper::tick(const storage::RecorderStatus& recorder,
                       const std::vector<RoomStatus>& rooms, UtcTime now, double seconds) {
  const MutexLock lock(mutex_);
  measure(rooms, seconds);
  judge_continuous(recorder);
  judge_volumes(recorder, rooms, now);
}

void SpaceKeeper::measure(const std::vector<RoomStatus>& rooms, double seconds) {
  std::uint64_t total = 0;
  std::uint64_t continuous = 0;
  for (std::size_t i = 0; i < rooms.size(); ++i) {
    const RoomStatus& room = rooms[i];
    const std::uint64_t recorded =
        room.bytes_recorded - std::exchange(rates_[i].recorded, room.bytes_recorded);
    total += recorded;
    continuous += room.needs_session ? 0 : recorded;
    for (std::size_t track = 0; track < room.tracks.size(); ++track) {
      if (!room.tracks[track].is_lost) {  // A camera that is away will send as it did before.
        rates_[i].tracks[track].add(room.tracks[track].bitrate_bps / 8 * seconds, seconds);
      }
    }
  }
  continuous_recorded_ += continuous;
  total_.add(static_cast<double>(total), seconds);
  continuous_.add(static_cast<double>(continuous), seconds);
}

void SpaceKeeper::judge_volumes(const storage::RecorderStatus& recorder,
                                const std::vector<RoomStatus>& rooms, UtcTime now) {
  const std::uint64_t sessions = session_bytes(rooms, now);
  const std::uint64_t kept = sessions == 0 ? 0 : sessions + continuous_bytes(rooms);
  const std::optional<double> present = total_.bytes_per_s();
  const std::optional<double> busy =
      present.has_value() ? std::optional(*present + idle_rate(rooms)) : std::nullopt;
  for (std::size_t i = 0; i < recorder.volumes.size(); ++i) {
    const storage::VolumeStatus& volume = recorder.volumes[i];
    const std::uint64_t usable = usable_bytes(volume, limits_.reserve_bytes);
    const bool is_away = volume.state == storage::VolumeState::kAway;  // That is its alarm.
    VolumeForecast& forecast = status_.volumes[i];
    forecast.hours_left = is_away ? std::nullopt : hours_left(usable, present);
    forecast.hours_left_busy = is_away ? std::nullopt : hours_left(usable, busy);
    if (warnings_[i].update(forecast.hours_left)) {
      tell("space.hours-left", {"volume", volume.name}, warnings_[i], forecast.hours_left);
    }
    forecast.warning_h = is_away ? std::nullopt : warnings_[i].level_h();
    const bool was_short = forecast.short_bytes > 0;
    forecast.short_bytes = is_away || kept <= usable ? 0 : kept - usable;
    if (forecast.short_bytes > 0 && !was_short) {
      log::error("space.session-short",
                 {{"volume", volume.name}, {"short_bytes", forecast.short_bytes}});
    }
  }
}

void SpaceKeeper::judge_continuous(const storage::RecorderStatus& recorder) {
  ContinuousSpace& space = status_.continuous;
  space.is_measured = usage_.is_measured();
  space.bytes_used = usage_.bytes() + continuous_recorded_;
  space.bytes_quota = quota_of(recorder, limits_);
  const std::uint64_t left = space.bytes_quota - std::min(space.bytes_quota, space.bytes_used);
  if (space.bytes_quota == 0) {
    return;  // No volume could tell its size yet.
  }
  space.hours_left = hours_left(left, continuous_.bytes_per_s());
  if (quota_warning_.update(space.hours_left)) {
    tell("space.continuous-hours-left", {"bytes_quota", space.bytes_quota}, quota_warning_,
         space.hours_left);
  }
  space.warning_h = quota_warning_.level_h();
  if (const bool is_used_up = left == 0; is_used_up != space.is_used_up) {
    space.is_used_up = is_used_up;
    const log::Field used("bytes_used", space.bytes_used);
    const log::Field quota("bytes_quota", space.bytes_quota);
    is_used_up ? log::error("space.quota-used-up", {used, quota})
               : log::info("space.quota-free-again", {used, quota});
  }
}

double SpaceKeeper::expected_rate(std::size_t room, const RoomStatus& status) const {
  double rate = 0;
  for (std::size_t i = 0; i < status.tracks.size(); ++i) {
    const TrackStatus& track = status.tracks[i];
    if (track.is_substream) {
      continue;
    }
    rate += rates_[room].tracks[i].bytes_per_s().value_or(
        track.media == MediaKind::kVideo ? limits_.video_bytes_per_s : limits_.audio_bytes_per_s);
  }
  return rate;
}

double SpaceKeeper::idle_rate(const std::vector<RoomStatus>& rooms) const {
  double rate = 0;
  for (std::size_t i = 0; i < rooms.size(); ++i) {
    const bool is_idle = rooms[i].needs_session && !rooms[i].session.has_value();
    rate += is_idle ? expected_rate(i, rooms[i]) : 0;
  }
  return rate;
}

std::uint64_t SpaceKeeper::session_bytes(const std::vector<RoomStatus>& rooms, UtcTime now) const {
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < rooms.size(); ++i) {
    if (const auto& session = rooms[i].session; session.has_value()) {
      const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(now - session->started);
      bytes += bytes_needed(expected_rate(i, rooms[i]), may_go_on(elapsed, limits_), limits_);
    }
  }
  return bytes;
}

// Within the time of a session, and within their quota.
std::uint64_t SpaceKeeper::continuous_bytes(const std::vector<RoomStatus>& rooms) const {
  double rate = 0;
  for (std::size_t i = 0; i < rooms.size(); ++i) {
    rate += rooms[i].needs_session ? 0 : expected_rate(i, rooms[i]);
  }
  const ContinuousSpace& space = status_.continuous;
  return std::min(bytes_needed(rate, limits_.session_max, limits_),
                  space.bytes_quota - std::min(space.bytes_quota, space.bytes_used));
}

Result<std::string> SpaceKeeper::check_start(std::size_t room,
                                             const storage::RecorderStatus& recorder,
                                             const std::vector<RoomStatus>& rooms,
                                             UtcTime now) const {
  const MutexLock lock(mutex_);
  const std::uint64_t wanted =
      bytes_needed(expected_rate(room, rooms[room]), limits_.session_max, limits_);
  const std::uint64_t kept = session_bytes(rooms, now) + continuous_bytes(rooms);
  return with_context(check_fits(recorder.volumes, wanted, kept, limits_), rooms[room].room);
}

SpaceStatus SpaceKeeper::status() const {
  const MutexLock lock(mutex_);
  return status_;
}

}  // namespace candor::app
