// SPDX-License-Identifier: Apache-2.0
// What is asked of the space on the volumes (docs/design/space.md).
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace candor::app {

struct SpaceLimits {
  std::vector<std::int64_t> warnings_h{72, 24, 8};
  std::chrono::seconds window{300};    // Over which rates are smoothed.
  std::chrono::hours session_max{12};  // The longest legal session,
  std::uint64_t margin_percent = 20;   // and what it may need besides.
  double video_bytes_per_s = 500'000;  // Of a stream that was not measured yet.
  double audio_bytes_per_s = 8'000;
  std::uint64_t continuous_percent = 50;                   // Of the smallest volume,
  std::uint64_t continuous_quota_bytes = 0;                // or so much; 0: the percent decides.
  std::uint64_t reserve_bytes = std::uint64_t{256} << 20;  // As the recorder keeps for the logs.
};

}  // namespace candor::app
