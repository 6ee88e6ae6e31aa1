// SPDX-License-Identifier: Apache-2.0
// How long the space on a volume lasts, and when a person is warned of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/write/mirror/volume_writer.h"

namespace candor::app {

/// Bytes that media can still fill: without what is kept for the logs. None on a volume that is
/// away, takes no media, or cannot tell.
[[nodiscard]] std::uint64_t usable_bytes(const storage::VolumeStatus& volume,
                                         std::uint64_t reserve_bytes);

/// Hours until `usable` bytes are full. None: nothing is written, or the rate is not known yet.
[[nodiscard]] std::optional<double> hours_left(std::uint64_t usable,
                                               std::optional<double> bytes_per_s);

/// The least threshold that the hours left are below. It is left again a tenth above it, so that a
/// figure at the edge is one alarm and not many. Not thread-safe.
class SpaceWarning {
 public:
  explicit SpaceWarning(std::vector<std::int64_t> thresholds_h);

  /// Returns whether the level has changed. Without a figure it stays as it is.
  [[nodiscard]] bool update(std::optional<double> hours);
  [[nodiscard]] std::optional<std::int64_t> level_h() const { return level_h_; }

 private:
  std::vector<std::int64_t> thresholds_h_;  // The least first.
  std::optional<std::int64_t> level_h_;
};

/// "21.5 GiB", "300 MiB".
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

}  // namespace candor::app
