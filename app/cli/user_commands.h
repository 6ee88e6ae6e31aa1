// SPDX-License-Identifier: Apache-2.0
// `candor user ...`: the monitor's accounts, on the machine where its database is. There is no
// default password.
#pragma once

#include "app/cli/invocation.h"

namespace CLI {  // NOLINT(readability-identifier-naming): as CLI11 has it.
class App;
}

namespace candor::app::cli {

void add_user_commands(CLI::App& app, Invocation& invocation);

}  // namespace candor::app::cli
