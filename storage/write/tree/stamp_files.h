// SPDX-License-Identifier: Apache-2.0
// Time stamps beside a log on one volume: `timestamps/<size>.note` as it was stamped, and
// `<size>-<authority>.tsr` for each answer (docs/design/timestamps.md).
#pragma once

#include <cstdint>
#include <string>

#include "core/bytes.h"
#include "core/result.h"
#include "storage/write/tree/leaf_feed.h"
#include "storage/write/volume.h"

namespace candor::storage {

/// One token with the note that it is over.
struct StampFiles {
  std::uint64_t size = 0;  // Of the checkpoint.
  std::string authority;   // A slug.
  std::string note;
  Bytes token;
};

/// Writes both, durably. A note that is there already stays if it is the same.
///
/// Thread: the volume's tree thread. Errors: kNotFound  the log is not there; kAlreadyExists
/// another note of this size stands there, which other tokens may be over; errno kinds.
[[nodiscard]] Result<void> write_stamp(const Volume& volume, const LogName& log,
                                       const StampFiles& files);

}  // namespace candor::storage
