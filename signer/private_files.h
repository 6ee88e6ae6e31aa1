// SPDX-License-Identifier: Apache-2.0
// Small files that nobody but the signer's own account may read or write: keys, PINs, what was
// signed last. Written whole and durable, or not at all.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.h"
#include "signer/descriptor.h"

namespace candor::signer {

/// A key, a PIN or a head with its checksum is far smaller; more is another file.
inline constexpr std::size_t kPrivateFileBytesMax = 4096;

// Errors of all of them, besides those that are named: errno kinds, with the path.
// Thread: any; two may not work on one path.

/// The folder belongs to this account, and no other one has any right to it.
/// Errors: kPermissionDenied  it is another's, or open to others; what to do is said.
[[nodiscard]] Result<void> check_private_folder(const std::string& path);

/// The folder of a socket: this account's or root's, written by its owner only, closed to all
/// outside its group. Errors: kPermissionDenied.
[[nodiscard]] Result<void> check_socket_folder(const std::string& path);

/// The whole file, which may be empty.
/// Errors: kNotFound;
///         kPermissionDenied  a link, no plain file, another account's, or open to others;
///         kDataLoss          longer than kPrivateFileBytesMax.
[[nodiscard]] Result<std::string> read_private_file(const std::string& path);

/// Makes the file, mode 0600. After return it survives a power cut; after an error or a power cut
/// it is there whole or not at all.
/// Errors: kAlreadyExists  the file is there, and stays as it was.
[[nodiscard]] Result<void> create_private_file(const std::string& path, std::string_view content);

/// The same in the place of a file that may be there. After an error either content may stand
/// there, whole.
[[nodiscard]] Result<void> replace_private_file(const std::string& path, std::string_view content);

/// Makes names in the folder durable.
[[nodiscard]] Result<void> sync_folder(const std::string& path);

/// Held until it is destroyed, by one process at a time.
/// Errors: kAlreadyExists  another one holds it.
[[nodiscard]] Result<Descriptor> lock_folder(const std::string& path);

/// The folder that a path stands in.
[[nodiscard]] std::string folder_of(const std::string& path);

}  // namespace candor::signer
