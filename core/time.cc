// SPDX-License-Identifier: Apache-2.0
#include "core/time.h"

#include <chrono>
#include <ctime>

#include <fmt/format.h>

namespace candor {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

std::int64_t read_clock(clockid_t id) {
  timespec ts{};
  clock_gettime(id, &ts);
  return static_cast<std::int64_t>(ts.tv_sec) * kNsPerSecond + ts.tv_nsec;
}

struct SplitTime {
  std::tm tm{};
  std::int64_t ns = 0;
};

SplitTime split(UtcTime time) {
  std::int64_t seconds = time.ns / kNsPerSecond;
  std::int64_t ns = time.ns % kNsPerSecond;
  if (ns < 0) {
    ns += kNsPerSecond;
    --seconds;
  }
  SplitTime result;
  const std::time_t whole = seconds;
  gmtime_r(&whole, &result.tm);
  result.ns = ns;
  return result;
}

// a * b / c with a 128-bit product, rounded down for negative values too.
std::int64_t scale(std::int64_t value, std::int64_t multiplier, std::int64_t divisor) {
  __extension__ using Wide = __int128;
  const Wide product = static_cast<Wide>(value) * multiplier;
  Wide quotient = product / divisor;
  if (product % divisor < 0) {
    --quotient;
  }
  return static_cast<std::int64_t>(quotient);
}

// Reads a fixed number of digits at `at`; -1 if one is no digit.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) {
    return -1;
  }
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') {
      return -1;
    }
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

tl::unexpected<Error> bad_time(std::string_view text) {
  return fail(
      ErrorKind::kInvalidArgument,
      fmt::format("'{}' is not a time like 2026-11-24T08:00:00Z (the zone is needed)", text));
}

// The offset of "Z" or "+08:00" in seconds, at the end of the text.
Result<std::int64_t> zone_offset(std::string_view text, std::size_t at) {
  if (at + 1 == text.size() && (text[at] == 'Z' || text[at] == 'z')) {
    return 0;
  }
  if (at + 6 != text.size() || (text[at] != '+' && text[at] != '-') || text[at + 3] != ':') {
    return bad_time(text);
  }
  const int hours = digits(text, at + 1, 2);
  const int minutes = digits(text, at + 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
    return bad_time(text);
  }
  const std::int64_t seconds = hours * 3600 + minutes * 60;
  return text[at] == '-' ? -seconds : seconds;
}

struct Fraction {
  std::int64_t ns = 0;
  std::size_t end = 0;
};

Fraction read_fraction(std::string_view text, std::size_t at) {
  Fraction fraction{.ns = 0, .end = at};
  if (at >= text.size() || text[at] != '.') {
    return fraction;
  }
  std::int64_t unit = kNsPerSecond;
  fraction.end = at + 1;
  while (fraction.end < text.size() && digits(text, fraction.end, 1) >= 0 && unit > 1) {
    unit /= 10;
    fraction.ns += unit * digits(text, fraction.end, 1);
    ++fraction.end;
  }
  return fraction;
}

}  // namespace

std::string to_rfc3339(UtcTime time) {
  const SplitTime s = split(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", s.tm.tm_year + 1900,
                     s.tm.tm_mon + 1, s.tm.tm_mday, s.tm.tm_hour, s.tm.tm_min, s.tm.tm_sec, s.ns);
}

Result<UtcTime> parse_rfc3339(std::string_view text) {
  std::tm tm{};
  const int year = digits(text, 0, 4);
  const int month = digits(text, 5, 2);
  tm.tm_mday = digits(text, 8, 2);
  tm.tm_hour = digits(text, 11, 2);
  tm.tm_min = digits(text, 14, 2);
  tm.tm_sec = digits(text, 17, 2);
  if (text.size() < 20 || year < 1970 || year > 2261 || month < 1 || month > 12 || tm.tm_mday < 1 ||
      tm.tm_mday > 31 || tm.tm_hour < 0 || tm.tm_hour > 23 || tm.tm_min < 0 || tm.tm_min > 59 ||
      tm.tm_sec < 0 || tm.tm_sec > 60 || text[4] != '-' || text[7] != '-' ||
      (text[10] != 'T' && text[10] != 't') || text[13] != ':' || text[16] != ':') {
    return bad_time(text);
  }
  const std::chrono::year_month_day day(std::chrono::year(year), std::chrono::month(month),
                                        std::chrono::day(tm.tm_mday));
  if (!day.ok()) {  // timegm would make the 2nd of March of a 30th of February.
    return bad_time(text);
  }
  tm.tm_year = year - 1900;
  tm.tm_mon = month - 1;
  const Fraction fraction = read_fraction(text, 19);
  CANDOR_TRY(const std::int64_t offset, zone_offset(text, fraction.end));
  const std::int64_t seconds = static_cast<std::int64_t>(timegm(&tm)) - offset;
  return UtcTime{seconds * kNsPerSecond + fraction.ns};
}

std::string utc_day(UtcTime time) {
  const SplitTime s = split(time);
  return fmt::format("{:04}-{:02}-{:02}", s.tm.tm_year + 1900, s.tm.tm_mon + 1, s.tm.tm_mday);
}

std::string utc_file_stamp(UtcTime time) {
  const SplitTime s = split(time);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}.{:03}Z", s.tm.tm_year + 1900, s.tm.tm_mon + 1,
                     s.tm.tm_mday, s.tm.tm_hour, s.tm.tm_min, s.tm.tm_sec, s.ns / 1'000'000);
}

UtcTime SystemClock::utc() const { return {read_clock(CLOCK_REALTIME)}; }
BootTime SystemClock::boot() const { return {read_clock(CLOCK_BOOTTIME)}; }

std::int64_t ticks_to_ns(std::int64_t ticks, std::uint32_t timescale) {
  return scale(ticks, kNsPerSecond, timescale);
}
std::int64_t ns_to_ticks(std::int64_t ns, std::uint32_t timescale) {
  return scale(ns, timescale, kNsPerSecond);
}

}  // namespace candor
