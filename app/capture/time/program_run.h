// SPDX-License-Identifier: Apache-2.0
// Runs a small program to its end and takes what it prints. No shell, no input, no patience.
#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

#include "core/result.h"

namespace candor::app {

struct ProgramRun {
  std::string program;  // An absolute path.
  std::vector<std::string> arguments{};
  std::chrono::milliseconds limit{2000};
  std::size_t output_bytes_max = std::size_t{64} << 10;
};

/// Returns its standard output; its standard error goes nowhere. It sees the environment LC_ALL=C
/// and nothing that is open here. One that takes too long or prints too much is killed.
///
/// Thread: any; blocks for `limit` at most.
/// Errors: kNotFound, kPermissionDenied  no such program, or not for us.
///         kUnavailable         it ended with another code than 0: the code and its first line.
///         kDeadlineExceeded, kResourceExhausted; kCancelled  `stop` was asked for.
[[nodiscard]] Result<std::string> run_program(const ProgramRun& run, const std::stop_token& stop);

}  // namespace candor::app
