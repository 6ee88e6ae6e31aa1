// SPDX-License-Identifier: Apache-2.0
// Random bytes, password hashes and comparing without telling by time. Nothing here is stored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/bytes.h"
#include "core/result.h"

namespace candor::records {

/// What one try at a password costs. The default is the second choice of RFC 9106, section 4 (64
/// MiB, three passes), with one lane in place of four: the hash runs on one thread of a small
/// machine. About 0.15 s there, which a person does not notice and a guesser pays every time.
struct PasswordCost {
  std::uint32_t memory_kib = 64 * 1024;
  std::uint32_t passes = 3;
};

inline constexpr std::size_t kSaltBytes = 16;  // RFC 9106, section 3.1.
inline constexpr std::size_t kHashBytes = 32;

/// From the kernel. Shape: at most 256. Errors: kUnavailable.
[[nodiscard]] Result<Bytes> random_bytes(std::size_t size);

/// Argon2id. Thread: any; blocks. Errors: kResourceExhausted  no memory; kInternal.
[[nodiscard]] Result<Bytes> hash_password(std::string_view password, ByteView salt,
                                          PasswordCost cost);

/// Takes the same time wherever two values of one size differ.
[[nodiscard]] bool equal_in_constant_time(ByteView a, ByteView b);

}  // namespace candor::records
