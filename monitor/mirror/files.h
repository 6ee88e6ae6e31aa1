// SPDX-License-Identifier: Apache-2.0
// The few things that a mirror does to its folder, each of them durable when it returns. What lies
// in the folder is entry_files.h's and log_tree.h's.
#pragma once

#include <cstdint>
#include <string>

#include "core/bytes.h"
#include "core/result.h"

namespace candor::mirror {

// What they have in common. Thread: any. Errors: errno kinds, with the path.

/// Errors: kNotFound; kResourceExhausted  longer than that.
[[nodiscard]] Result<Bytes> read_file(const std::string& path, std::uint64_t bytes_max);
/// False: it is not there.
[[nodiscard]] bool exists(const std::string& path);
/// The folder and those above it, as far as they are missing, the owner's alone.
[[nodiscard]] Result<void> make_folders(const std::string& path);
/// Appends to a file that is `size` bytes long; it is made when it is missing. After an error it is
/// as long as before, as far as the disk allows.
[[nodiscard]] Result<void> append(const std::string& path, std::uint64_t size, ByteView bytes);
[[nodiscard]] Result<void> cut(const std::string& path, std::uint64_t size);
[[nodiscard]] Result<void> rename(const std::string& from, const std::string& to);
/// The file as a whole, or as it was.
[[nodiscard]] Result<void> replace(const std::string& path, ByteView bytes);

}  // namespace candor::mirror
