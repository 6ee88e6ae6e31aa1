// SPDX-License-Identifier: Apache-2.0
// Small files of keys and certificates: read whole, replaced whole.
#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>

#include "core/result.h"

namespace candor::pki {

inline constexpr mode_t kPrivateMode = 0600;
inline constexpr mode_t kPublicMode = 0644;

/// Errors: kNotFound; kInvalidArgument  more than 1 MiB; errno kinds.
[[nodiscard]] Result<std::string> read_file(const std::string& path);

/// As read_file(), of a file that only its owner may read.
/// Errors: kPermissionDenied  others may, saying what to do.
[[nodiscard]] Result<std::string> read_private_file(const std::string& path);

/// Replaces the file in one step and syncs it; the mode holds from its first byte on.
/// Errors: errno kinds; the old file is as it was.
[[nodiscard]] Result<void> replace_file(const std::string& path, std::string_view text,
                                        mode_t mode);

/// Adds to the end of the file and syncs it. Errors: errno kinds.
[[nodiscard]] Result<void> append_file(const std::string& path, std::string_view text);

/// A folder of its owner only; one that is there keeps what it holds. Errors: errno kinds.
[[nodiscard]] Result<void> make_private_folder(const std::string& path);

[[nodiscard]] bool exists(const std::string& path);

}  // namespace candor::pki
