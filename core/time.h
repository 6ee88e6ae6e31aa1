// SPDX-License-Identifier: Apache-2.0
// The two clocks of a recorder (UTC and time since boot), their text form, and a clock that tests
// can move.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace candor {

/// Nanoseconds since 1970-01-01T00:00:00Z, without leap seconds (CLOCK_REALTIME).
struct UtcTime {
  std::int64_t ns = 0;
  friend auto operator<=>(UtcTime, UtcTime) = default;
};

/// Nanoseconds since boot, suspended time included (CLOCK_BOOTTIME). Never steps; comparable within
/// one boot only.
struct BootTime {
  std::int64_t ns = 0;
  friend auto operator<=>(BootTime, BootTime) = default;
};

using Nanoseconds = std::chrono::nanoseconds;

[[nodiscard]] inline Nanoseconds operator-(UtcTime a, UtcTime b) {
  return Nanoseconds(a.ns - b.ns);
}
[[nodiscard]] inline Nanoseconds operator-(BootTime a, BootTime b) {
  return Nanoseconds(a.ns - b.ns);
}
[[nodiscard]] inline UtcTime operator+(UtcTime t, Nanoseconds d) { return {t.ns + d.count()}; }
[[nodiscard]] inline BootTime operator+(BootTime t, Nanoseconds d) { return {t.ns + d.count()}; }

/// RFC 3339 in UTC with nanoseconds: "2026-11-24T08:00:00.123456789Z".
[[nodiscard]] std::string to_rfc3339(UtcTime time);

/// Reads RFC 3339 with a zone ("Z" or "+08:00") and up to nine fractional digits.
/// Errors: kInvalidArgument; a time without a zone is refused, it would be a guess.
[[nodiscard]] Result<UtcTime> parse_rfc3339(std::string_view text);

/// "2026-11-24" and "20261124T080000.123Z": the folder and file name forms of
/// docs/design/storage.md.
[[nodiscard]] std::string utc_day(UtcTime time);
[[nodiscard]] std::string utc_file_stamp(UtcTime time);

/// Where time comes from. Thread: any.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual UtcTime utc() const = 0;
  [[nodiscard]] virtual BootTime boot() const = 0;
};

/// The machine's clocks.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] UtcTime utc() const override;
  [[nodiscard]] BootTime boot() const override;
};

/// Ticks of `timescale` per second to nanoseconds and back, exact to one unit, without overflow for
/// times since 1970.
[[nodiscard]] std::int64_t ticks_to_ns(std::int64_t ticks, std::uint32_t timescale);
[[nodiscard]] std::int64_t ns_to_ticks(std::int64_t ns, std::uint32_t timescale);

}  // namespace candor
