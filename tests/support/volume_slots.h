// SPDX-License-Identifier: Apache-2.0
// Volumes as the mirror takes them, without a lock or a fault.
#pragma once

#include <utility>
#include <vector>

#include "storage/write/mirror/open_volumes.h"

namespace candor::test {

inline std::vector<storage::VolumeSlot> slots_of(std::vector<storage::Volume> volumes) {
  std::vector<storage::VolumeSlot> slots;
  for (storage::Volume& volume : volumes) {
    slots.push_back({.volume = std::move(volume)});
  }
  return slots;
}

}  // namespace candor::test
