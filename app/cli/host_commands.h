// SPDX-License-Identifier: Apache-2.0
// `candor index rebuild` and `candor config check`: what works on the host's files without a
// running program.
#pragma once

#include "app/cli/invocation.h"

namespace CLI {  // NOLINT(readability-identifier-naming): as CLI11 has it.
class App;
}

namespace candor::app::cli {

void add_index_commands(CLI::App& app, Invocation& invocation);
void add_config_commands(CLI::App& app, Invocation& invocation);

}  // namespace candor::app::cli
