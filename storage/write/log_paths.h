// SPDX-License-Identifier: Apache-2.0
// Where a room's log stands on a volume (docs/design/storage.md). Paths are from the volume's root,
// or wherever `folder` begins.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace candor::storage {

inline constexpr std::uint64_t kEntriesPerBundle = 256;

/// "log/<room>/<epoch>".
[[nodiscard]] std::string log_folder(std::string_view room, std::uint32_t epoch);

/// "<folder>/tile/entries/<N>", with ".part" while it grows.
[[nodiscard]] std::string bundle_path(const std::string& folder, std::uint64_t number,
                                      bool is_whole);

}  // namespace candor::storage
