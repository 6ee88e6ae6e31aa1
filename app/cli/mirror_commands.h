// SPDX-License-Identifier: Apache-2.0
// `candor mirror ...`: what the monitor holds of the logs and found in them, on the monitor's
// machine.
#pragma once

#include <CLI/App.hpp>

#include "app/cli/invocation.h"

namespace candor::app::cli {

void add_mirror_commands(CLI::App& app, Invocation& invocation);

}  // namespace candor::app::cli
