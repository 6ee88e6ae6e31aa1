// SPDX-License-Identifier: Apache-2.0
// How much the media of some rooms take on the volumes, found out beside the recording.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/abandonable_thread.h"

namespace candor::app {

/// Thread: any. Counts on a thread of its own, which is left behind when a disk does not give it
/// back.
class MediaUsage {
 public:
  /// Counts the files below `<root>/media/<room>` of all rooms; of several roots the one with the
  /// most counts, since they hold the same.
  MediaUsage(std::vector<std::string> roots, std::vector<std::string> rooms);
  ~MediaUsage();
  MediaUsage(const MediaUsage&) = delete;
  MediaUsage& operator=(const MediaUsage&) = delete;
  MediaUsage(MediaUsage&&) = delete;
  MediaUsage& operator=(MediaUsage&&) = delete;

  /// What was found until now.
  [[nodiscard]] std::uint64_t bytes() const;
  [[nodiscard]] bool is_measured() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
  AbandonableThread thread_;
};

}  // namespace candor::app
