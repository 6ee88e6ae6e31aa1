// SPDX-License-Identifier: Apache-2.0
// What must be said between two entries of a log: that the wall clock was set, that nothing was
// written for a while (docs/design/rules.md, rules 4 and 6).
#pragma once

#include <cstdint>
#include <string>

#include "core/bytes.h"
#include "evidence/entry.h"
#include "storage/write/entry_clock.h"

namespace candor::storage {

struct ClockJump {
  std::int64_t step_ns = 0;   // Of the wall clock against the boot clock; 0: none to speak of.
  std::int64_t pause_ns = 0;  // Since the last entry; 0: not longer than a log may be silent.
};

/// Of another boot nothing is said: a RECORDER entry begins it.
[[nodiscard]] ClockJump jump_between(const evidence::EntryHeader& last, const EntryTime& now);

/// The body of the CLOCK entry.
[[nodiscard]] Bytes clock_body(const ClockJump& jump, const EntryTime& now);
/// The detail of the RECORDER entry `fault`.
[[nodiscard]] std::string pause_text(const ClockJump& jump);

}  // namespace candor::storage
