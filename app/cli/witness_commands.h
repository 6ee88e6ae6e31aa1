// SPDX-License-Identifier: Apache-2.0
// `candor witness ...`: whose logs the monitor's witness cosigns, on the machine where its memory
// is.
#pragma once

#include "app/cli/invocation.h"

namespace CLI {  // NOLINT(readability-identifier-naming): as CLI11 has it.
class App;
}

namespace candor::app::cli {

void add_witness_commands(CLI::App& app, Invocation& invocation);

}  // namespace candor::app::cli
