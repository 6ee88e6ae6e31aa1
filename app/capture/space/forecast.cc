// SPDX-License-Identifier: Apache-2.0
#include "app/capture/space/forecast.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace candor::app {
namespace {

constexpr double kSecondsPerHour = 3600;
constexpr double kLeftAgain = 1.1;
constexpr std::uint64_t kReserveDivisor = 20;  // As storage::VolumeWriter keeps.
constexpr double kMib = 1024.0 * 1024.0;

}  // namespace

std::uint64_t usable_bytes(const storage::VolumeStatus& volume, std::uint64_t reserve_bytes) {
  const bool takes_media =
      volume.state == storage::VolumeState::kOk || volume.state == storage::VolumeState::kSlow;
  if (!takes_media || !volume.is_space_known) {
    return 0;
  }
  const std::uint64_t reserve = std::min(reserve_bytes, volume.space.bytes_total / kReserveDivisor);
  return volume.space.bytes_free - std::min(volume.space.bytes_free, reserve);
}

std::optional<double> hours_left(std::uint64_t usable, std::optional<double> bytes_per_s) {
  if (usable == 0) {
    return 0;
  }
  const double rate = bytes_per_s.value_or(0);
  if (rate < 1) {
    return std::nullopt;
  }
  return static_cast<double>(usable) / rate / kSecondsPerHour;
}

SpaceWarning::SpaceWarning(std::vector<std::int64_t> thresholds_h)
    : thresholds_h_(std::move(thresholds_h)) {
  std::ranges::sort(thresholds_h_);
}

bool SpaceWarning::update(std::optional<double> hours) {
  if (!hours.has_value()) {
    return false;
  }
  std::optional<std::int64_t> level;
  for (const std::int64_t threshold : thresholds_h_) {
    const bool is_inside = level_h_.has_value() && *level_h_ <= threshold;
    if (*hours < static_cast<double>(threshold) * (is_inside ? kLeftAgain : 1)) {
      level = threshold;
      break;
    }
  }
  return std::exchange(level_h_, level) != level;
}

std::string bytes_text(std::uint64_t bytes) {
  const double mib = static_cast<double>(bytes) / kMib;
  return mib < 1024 ? fmt::format("{:.0f} MiB", mib) : fmt::format("{:.1f} GiB", mib / 1024);
}

}  // namespace candor::app
