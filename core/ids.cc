// SPDX-License-Identifier: Apache-2.0
#include "core/ids.h"

#include <algorithm>
#include <cerrno>
#include <sys/random.h>

#include "core/assert.h"
#include "core/bytes.h"

namespace candor {
namespace {

constexpr std::array<std::size_t, 4> kDashes = {8, 13, 18, 23};
constexpr std::size_t kSlugLengthMax = 63;

}  // namespace

Uuid make_uuid(UtcTime now) {
  Uuid id;
  CANDOR_ASSERT(getrandom(id.bytes.data(), id.bytes.size(), 0) ==
                static_cast<ssize_t>(id.bytes.size()));
  const std::uint64_t milliseconds = static_cast<std::uint64_t>(now.ns) / 1'000'000;
  for (std::size_t i = 0; i < 6; ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
  }
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x70);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
  return id;
}

std::string to_string(const Uuid& id) {
  std::string text = to_hex(id.bytes);
  for (const std::size_t at : kDashes) {
    text.insert(at, 1, '-');
  }
  return text;
}

Result<Uuid> parse_uuid(std::string_view text) {
  const bool shaped = text.size() == 36 && std::all_of(kDashes.begin(), kDashes.end(),
                                                       [&](auto at) { return text[at] == '-'; });
  if (!shaped) {
    return fail(ErrorKind::kInvalidArgument,
                "'" + std::string(text.substr(0, 64)) + "' is not a UUID");
  }
  std::string hex(text);
  std::erase(hex, '-');
  CANDOR_TRY(const Bytes bytes, from_hex(hex));
  if (bytes.size() != 16) {
    return fail(ErrorKind::kInvalidArgument, "'" + std::string(text) + "' is not a UUID");
  }
  Uuid id;
  std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  return id;
}

bool is_slug(std::string_view text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= kSlugLengthMax && plain(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return plain(c) || c == '-'; });
}

}  // namespace candor
