// SPDX-License-Identifier: Apache-2.0
// `candor ca ...`: the site's own CA, on a machine that is kept offline (docs/design/pki.md).
#pragma once

#include "app/cli/invocation.h"

namespace CLI {  // NOLINT(readability-identifier-naming): as CLI11 has it.
class App;
}

namespace candor::app::cli {

void add_ca_commands(CLI::App& app, Invocation& invocation);

}  // namespace candor::app::cli
