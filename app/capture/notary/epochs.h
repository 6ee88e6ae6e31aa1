// SPDX-License-Identifier: Apache-2.0
// Which epoch each room's log is in, and why it is not the first (docs/decisions/0015).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "app/capture/notary/notary_context.h"
#include "core/result.h"

namespace candor::app {

/// A room's present epoch, and the log before it.
struct Epoch {
  std::uint32_t number = 1;
  std::string previous_origin;      // Empty: none.
  std::string previous_checkpoint;  // Its newest note that is known; empty: none.
  std::string reason;
};
using Epochs = std::map<std::string, Epoch>;

/// `<state>/epochs.json`; missing: every room is in its first epoch. A volume that holds a newer
/// epoch of a room than the file says knows better.
/// Errors: kDataLoss  the file cannot be read as what it should be; errno kinds.
[[nodiscard]] Result<Epochs> read_epochs(const std::string& state_folder,
                                         const std::vector<std::string>& volume_roots);

/// Makes the epoch after that of the broken log the room's, durably. Errors: as above.
[[nodiscard]] Result<void> begin_next_epoch(const std::string& state_folder,
                                            const BrokenLog& broken);

}  // namespace candor::app
