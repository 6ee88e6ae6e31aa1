// SPDX-License-Identifier: Apache-2.0
// The file system as the kernel has it.
#pragma once

#include "storage/write/files/file_system.h"

namespace candor::storage {

/// Without state: one for the whole program. Thread: any.
[[nodiscard]] FileSystem& posix_files();

}  // namespace candor::storage
