// SPDX-License-Identifier: Apache-2.0
// Whether a session fits before it starts: what it may need against what the others leave.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "app/capture/space/limits.h"
#include "core/result.h"
#include "storage/write/mirror/volume_writer.h"

namespace candor::app {

/// What `length` at such a rate needs with the margin, in bytes.
[[nodiscard]] std::uint64_t bytes_needed(double bytes_per_s, std::chrono::seconds length,
                                         const SpaceLimits& limits);

/// How long a session that has run for `elapsed` may go on: at least an hour.
[[nodiscard]] std::chrono::seconds may_go_on(std::chrono::seconds elapsed,
                                             const SpaceLimits& limits);

/// `wanted` is what the new session may need, `kept` what running sessions and continuous rooms
/// may. Returns what a person must know (the volumes it does not fit on), or nothing.
///
/// Errors: kResourceExhausted  it fits on no volume; with the figures.
[[nodiscard]] Result<std::string> check_fits(const std::vector<storage::VolumeStatus>& volumes,
                                             std::uint64_t wanted, std::uint64_t kept,
                                             const SpaceLimits& limits);

}  // namespace candor::app
