// SPDX-License-Identifier: Apache-2.0
#include "app/capture/time/chrony.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

namespace candor::app {
namespace {

using evidence::ClockState;

// Places in the line of `tracking`: chronyc(1), "tracking", in its order.
enum TrackingField : std::uint8_t {
  kReferenceId,
  kName,
  kStratum,
  kReferenceTime,
  kOffset,
  kLastOffset,
  kRmsOffset,
  kFrequency,
  kResidual,
  kSkew,
  kRootDelay,
  kRootDispersion,
  kUpdateInterval,
  kLeap,
  kTrackingFields,
};
constexpr std::size_t kSourceFields = 10;
constexpr std::size_t kSourceName = 2;
constexpr std::size_t kAuthFields = 10;
constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kSourcesMax = 256;
constexpr std::string_view kLocalReference = "7F7F0101";  // 127.127.1.1: its own clock.
constexpr std::string_view kNotSynchronised = "Not synchronised";
constexpr std::array<std::string_view, 4> kLeaps = {"Normal", "Insert second", "Delete second",
                                                    kNotSynchronised};

tl::unexpected<Error> malformed(std::string_view what) {
  return fail(ErrorKind::kInvalidArgument, "chronyc: " + std::string(what));
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

// Each line ends in a newline; none is empty.
Result<std::vector<std::vector<std::string_view>>> rows(std::string_view csv, std::size_t fields) {
  std::vector<std::vector<std::string_view>> found;
  if (csv.empty()) {
    return found;
  }
  if (csv.back() != '\n') {
    return malformed("the last line is cut off");
  }
  csv.remove_suffix(1);
  for (const std::string_view line : split(csv, '\n')) {
    found.push_back(split(line, ','));
    if (found.back().size() != fields) {
      return malformed("a line has " + std::to_string(found.back().size()) + " fields, not " +
                       std::to_string(fields));
    }
    if (found.size() > kSourcesMax) {
      return malformed("too many lines");
    }
  }
  return found;
}

std::optional<double> number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
  }
  double value = 0;
  const std::string owned(text);
  const char* end = owned.c_str() + owned.size();
  const auto [at, code] = std::from_chars(owned.c_str(), end, value, std::chars_format::fixed);
  return code == std::errc() && at == end && std::isfinite(value) ? std::optional(value)
                                                                  : std::nullopt;
}

bool is_name(std::string_view text) {
  return text.size() <= kNameBytesMax &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

bool is_reference_id(std::string_view text) {
  constexpr std::size_t kLength = 8;
  return text.size() == kLength &&
         text.find_first_not_of("0123456789ABCDEF") == std::string_view::npos;
}

std::uint32_t microseconds(double seconds) {
  constexpr double kMost = evidence::kClockErrorUnknown - 1.0;
  return static_cast<std::uint32_t>(std::min(std::ceil(seconds * 1e6), kMost));
}

storage::ClockReading unknown(const Error& why) {
  return {.state = ClockState::kUnknown,
          .error_us = evidence::kClockErrorUnknown,
          .source = "",
          .detail = why.message()};
}

}  // namespace

Result<ChronyTracking> parse_tracking(std::string_view csv) {
  CANDOR_TRY(const auto lines, rows(csv, kTrackingFields));
  if (lines.size() != 1) {
    return malformed("tracking is not one line");
  }
  const std::vector<std::string_view>& fields = lines.front();
  const auto leap = std::ranges::find(kLeaps, fields[kLeap]);
  if (!is_reference_id(fields[kReferenceId]) || !is_name(fields[kName]) || leap == kLeaps.end()) {
    return malformed("tracking has another form");
  }
  std::array<double, kTrackingFields> values{};
  for (std::size_t i = kStratum; i < kLeap; ++i) {
    const auto value = number(fields[i]);
    if (!value.has_value()) {
      return malformed("field " + std::to_string(i + 1) + " of tracking is no number");
    }
    values.at(i) = *value;
  }
  if (values[kRootDelay] < 0 || values[kRootDispersion] < 0) {
    return malformed("an error below zero");
  }
  ChronyTracking tracking;
  tracking.is_synchronised = *leap != kNotSynchronised && fields[kReferenceId] != kLocalReference;
  tracking.error_us =
      microseconds(values[kRootDelay] / 2 + values[kRootDispersion] + std::abs(values[kOffset]));
  if (tracking.is_synchronised) {
    tracking.source = fields[kName].empty() ? fields[kReferenceId] : fields[kName];
  }
  return tracking;
}

Result<std::string> parse_selected(std::string_view csv) {
  CANDOR_TRY(const auto lines, rows(csv, kSourceFields));
  std::string selected;
  for (const std::vector<std::string_view>& fields : lines) {
    constexpr std::string_view kModes = "^=#";
    constexpr std::string_view kStates = "*+-?x~";
    if (fields[0].size() != 1 || fields[1].size() != 1 ||
        kModes.find(fields[0][0]) == kModes.npos || kStates.find(fields[1][0]) == kStates.npos ||
        !is_name(fields[kSourceName])) {
      return malformed("sources has another form");
    }
    if (fields[1] == "*") {
      selected = fields[kSourceName];
    }
  }
  return selected;
}

Result<bool> parse_authenticated(std::string_view csv, std::string_view source) {
  CANDOR_TRY(const auto lines, rows(csv, kAuthFields));
  return std::ranges::any_of(lines, [&](const std::vector<std::string_view>& fields) {
    return fields[0] == source && fields[1] == "NTS";
  });
}

storage::ClockReading read_clock(const ChronyAnswers& answers) {
  const auto tracking =
      answers.tracking.and_then([](const std::string& csv) { return parse_tracking(csv); });
  if (!tracking.has_value()) {
    return unknown(tracking.error());
  }
  if (!tracking->is_synchronised) {
    return {.state = ClockState::kFreeRunning,
            .error_us = evidence::kClockErrorUnknown,
            .source = "",
            .detail = "the clock follows nobody"};
  }
  const auto selected =
      answers.sources.and_then([](const std::string& csv) { return parse_selected(csv); });
  if (!selected.has_value()) {
    return unknown(selected.error());
  }
  storage::ClockReading reading{.state = ClockState::kHoldover,
                                .error_us = tracking->error_us,
                                .source = tracking->source,
                                .detail = "its source does not answer"};
  if (selected->empty()) {
    return reading;
  }
  // Not everyone may ask for it, and a malformed answer proves nothing either.
  const bool is_authenticated =
      answers.authdata
          .and_then([&](const std::string& csv) { return parse_authenticated(csv, *selected); })
          .value_or(false);
  reading.source = *selected;
  reading.state =
      is_authenticated ? ClockState::kSynchronisedAuthenticated : ClockState::kSynchronised;
  reading.detail = is_authenticated ? "NTS" : "NTP without authentication";
  return reading;
}

}  // namespace candor::app
