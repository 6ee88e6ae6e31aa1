// SPDX-License-Identifier: Apache-2.0
// `candor session ...` and `candor room ...`: what an officer or technician does on the host when
// the monitor is away.
#pragma once

#include "app/cli/invocation.h"

namespace CLI {  // NOLINT(readability-identifier-naming): as CLI11 has it.
class App;
}

namespace candor::app::cli {

/// Adds the commands; both arguments must outlive the reading of the command line.
void add_session_commands(CLI::App& app, Invocation& invocation);
void add_room_commands(CLI::App& app, Invocation& invocation);

}  // namespace candor::app::cli
