// SPDX-License-Identifier: Apache-2.0
// Opens the volumes of a host. A volume that was here before and is missing, retired or another one
// now is refused, and never made anew: its folder may be an empty mount point.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/result.h"
#include "core/time.h"
#include "storage/write/files/posix_files.h"
#include "storage/write/state_lock.h"
#include "storage/write/volume.h"

namespace candor::storage {

struct VolumeSpec {
  std::string name;
  std::string path;
  bool may_share_device = false;
  std::string place;  // In the configuration: stands in front of errors.
};

/// A volume of the mirror, and why it is not used for the time being.
struct VolumeSlot {
  Volume volume;
  std::optional<StateLock> lock{};
  std::optional<Error> fault{};
};

/// Opens all; remembers in `<state_folder>/volumes.json` which volume each name is. A known volume
/// that is refused becomes a slot with a fault as long as another one is well.
///
/// Errors: kFailedPrecondition  every volume is refused, a new one cannot be begun, another process
/// writes to one, or two stand on one device without being allowed to; the sentence names the
/// place.
[[nodiscard]] Result<std::vector<VolumeSlot>> open_volumes(const std::vector<VolumeSpec>& specs,
                                                           const std::string& state_folder,
                                                           UtcTime now,
                                                           FileSystem& files = posix_files());

}  // namespace candor::storage
