// SPDX-License-Identifier: Apache-2.0
// One run of a program: what it reads, and how long it may take.
#pragma once

#include <chrono>
#include <string>

#include "core/result.h"

namespace candor::alarms {

/// Starts the program with `input` as its standard input and waits for its end. It has no
/// arguments, the PATH of the system as its whole environment, its standard error is ours, all else
/// is closed to it. No shell is involved.
///
/// Thread: a blocking pool's.
/// Errors: kDeadlineExceeded  it ran longer and was killed with its process group; kCancelled
///         `stop_fd` became readable, likewise; kUnavailable  it ended with another code than 0 or
///         by a signal; errno kinds  it could not be started.
[[nodiscard]] Result<void> run_program(const std::string& program, const std::string& input,
                                       std::chrono::milliseconds run_max, int stop_fd);

}  // namespace candor::alarms
