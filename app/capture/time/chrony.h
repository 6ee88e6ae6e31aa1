// SPDX-License-Identifier: Apache-2.0
// What `chronyc -c -n` prints, read strictly, and what it makes of the clock. Who runs it is
// clock_watch.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"
#include "storage/write/entry_clock.h"

namespace candor::app {

/// `tracking`.
struct ChronyTracking {
  bool is_synchronised = false;  // To another clock, not to this one.
  std::string source;            // Its address or name; empty: none.
  std::uint32_t error_us = 0;    // Root delay / 2, root dispersion and present offset, rounded up.
};

// Errors of all: kInvalidArgument  another form than that of chrony 4, saying what.

/// One line of 14 fields.
[[nodiscard]] Result<ChronyTracking> parse_tracking(std::string_view csv);
/// `sources`: lines of 10 fields. The selected one; empty: none is, the clock runs on by itself.
[[nodiscard]] Result<std::string> parse_selected(std::string_view csv);
/// `authdata`: lines of 10 fields. Whether that source proves who it is (NTS).
[[nodiscard]] Result<bool> parse_authenticated(std::string_view csv, std::string_view source);

/// The answers to all three, or why there is none.
struct ChronyAnswers {
  Result<std::string> tracking;
  Result<std::string> sources;
  Result<std::string> authdata;  // Not everyone may ask for it: then nobody is authenticated.
};

/// Unknown, with the reason as detail, when an answer that is needed is missing or malformed.
[[nodiscard]] storage::ClockReading read_clock(const ChronyAnswers& answers);

}  // namespace candor::app
