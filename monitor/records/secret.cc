// SPDX-License-Identifier: Apache-2.0
#include "monitor/records/secret.h"

#include <cerrno>
#include <unistd.h>

#include <argon2.h>
#include <fmt/format.h>

namespace candor::records {

Result<Bytes> random_bytes(std::size_t size) {
  Bytes bytes(size);
  if (::getentropy(bytes.data(), bytes.size()) != 0) {
    return fail(error_from_errno(errno, "random bytes"));
  }
  return bytes;
}

Result<Bytes> hash_password(std::string_view password, ByteView salt, PasswordCost cost) {
  constexpr std::uint32_t kLanes = 1;
  Bytes hash(kHashBytes);
  const int code =
      argon2id_hash_raw(cost.passes, cost.memory_kib, kLanes, password.data(), password.size(),
                        salt.data(), salt.size(), hash.data(), hash.size());
  if (code == ARGON2_OK) {
    return hash;
  }
  const ErrorKind kind =
      code == ARGON2_MEMORY_ALLOCATION_ERROR ? ErrorKind::kResourceExhausted : ErrorKind::kInternal;
  return fail(kind, fmt::format("Argon2: {}", argon2_error_message(code)));
}

bool equal_in_constant_time(ByteView a, ByteView b) {
  if (a.size() != b.size()) {
    return false;
  }
  unsigned difference = 0;
  for (std::size_t at = 0; at < a.size(); ++at) {
    difference |= static_cast<unsigned>(a[at] ^ b[at]);
  }
  return difference == 0;
}

}  // namespace candor::records
