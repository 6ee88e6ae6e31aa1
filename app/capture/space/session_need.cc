// SPDX-License-Identifier: Apache-2.0
#include "app/capture/space/session_need.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/capture/space/forecast.h"

namespace candor::app {
namespace {

constexpr std::chrono::hours kOvertime{1};

// "3.0 GiB are free on volume a, of which 2.0 GiB are kept for what is recording".
std::string figure(const storage::VolumeStatus& volume, std::uint64_t usable, std::uint64_t kept) {
  if (volume.state == storage::VolumeState::kAway) {
    return fmt::format("volume {} is away", volume.name);
  }
  const std::string free = fmt::format("{} are free on volume {}", bytes_text(usable), volume.name);
  return kept == 0 ? free
                   : fmt::format("{}, of which {} are kept for what is recording", free,
                                 bytes_text(std::min(usable, kept)));
}

}  // namespace

std::uint64_t bytes_needed(double bytes_per_s, std::chrono::seconds length,
                           const SpaceLimits& limits) {
  const double margin = 1 + static_cast<double>(limits.margin_percent) / 100;
  return static_cast<std::uint64_t>(bytes_per_s * margin * static_cast<double>(length.count()));
}

std::chrono::seconds may_go_on(std::chrono::seconds elapsed, const SpaceLimits& limits) {
  return std::max<std::chrono::seconds>(limits.session_max - elapsed, kOvertime);
}

Result<std::string> check_fits(const std::vector<storage::VolumeStatus>& volumes,
                               std::uint64_t wanted, std::uint64_t kept,
                               const SpaceLimits& limits) {
  std::string figures;
  bool fits_somewhere = false;
  for (const storage::VolumeStatus& volume : volumes) {
    const std::uint64_t usable = usable_bytes(volume, limits.reserve_bytes);
    if (usable >= kept && usable - kept >= wanted) {
      fits_somewhere = true;
      continue;
    }
    figures += (figures.empty() ? "" : "; ") + figure(volume, usable, kept);
  }
  if (figures.empty()) {
    return std::string();
  }
  std::string sentence = fmt::format("a session of {} h needs {}, {}", limits.session_max.count(),
                                     bytes_text(wanted), figures);
  if (!fits_somewhere) {
    return fail(ErrorKind::kResourceExhausted, sentence);
  }
  return sentence;
}

}  // namespace candor::app
