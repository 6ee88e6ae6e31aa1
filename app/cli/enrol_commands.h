// SPDX-License-Identifier: Apache-2.0
// `candor enrol`: how a host or monitor gets its certificate (docs/design/pki.md).
#pragma once

#include "app/cli/invocation.h"

namespace CLI {  // NOLINT(readability-identifier-naming): as CLI11 has it.
class App;
}

namespace candor::app::cli {

void add_enrol_command(CLI::App& app, Invocation& invocation);

}  // namespace candor::app::cli
