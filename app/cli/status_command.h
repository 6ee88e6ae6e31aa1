// SPDX-License-Identifier: Apache-2.0
// `candor status`: how the host is, for a person and for a script: exit code 1 when something needs
// a person.
#pragma once

#include "app/cli/invocation.h"

namespace CLI {  // NOLINT(readability-identifier-naming): as CLI11 has it.
class App;
}

namespace candor::app::cli {

void add_status_command(CLI::App& app, Invocation& invocation);

}  // namespace candor::app::cli
