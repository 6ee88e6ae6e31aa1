// SPDX-License-Identifier: Apache-2.0
// The monitor's state folder: what lies in it is said where it is made.
#pragma once

#include <string>

#include "core/result.h"

namespace candor::records {

/// Makes the folder when it is missing, its owner's alone (0700). Errors: errno kinds.
[[nodiscard]] Result<void> make_state_folder(const std::string& path);

}  // namespace candor::records
