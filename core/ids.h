// SPDX-License-Identifier: Apache-2.0
// Identifiers: UUIDv7 for sessions, streams and runs; slugs for what a person names in the
// configuration.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/time.h"

namespace candor {

/// A UUID (RFC 9562). All zero means "none": a recording without a session carries it.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  friend auto operator<=>(const Uuid&, const Uuid&) = default;
  [[nodiscard]] bool is_nil() const { return *this == Uuid{}; }
};

/// A new UUIDv7: sorts by time of creation. Thread: any.
[[nodiscard]] Uuid make_uuid(UtcTime now);

/// "0192f0c1-....": 36 characters, lower case.
[[nodiscard]] std::string to_string(const Uuid& id);

/// Errors: kInvalidArgument unless the text is exactly in the 36-character form.
[[nodiscard]] Result<Uuid> parse_uuid(std::string_view text);

/// True for [a-z0-9]([a-z0-9-]{0,62}): names of rooms, sources, hosts; safe in paths, URLs and
/// logs.
[[nodiscard]] bool is_slug(std::string_view text);

}  // namespace candor
