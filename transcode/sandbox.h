// SPDX-License-Identifier: Apache-2.0
// Takes from this process all that decoding does not need: files, network, other programs, other
// threads.
#pragma once

#include "core/result.h"

namespace candor::transcode {

/// From now on the process can read and write what is open, use memory, and end; anything else
/// kills it. For one thread; called before the first foreign byte is read. Under a sanitizer only
/// the limits are set. Errors: kUnsupported  the kernel has no seccomp; errno kinds.
[[nodiscard]] Result<void> enter_sandbox();

}  // namespace candor::transcode
