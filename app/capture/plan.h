// SPDX-License-Identifier: Apache-2.0
// The configuration as a plan of what a capture host runs.
#pragma once

#include "app/capture/host.h"
#include "config/config.h"

namespace candor::app {

/// The clock must outlive the host. A lawyer room becomes a name; nothing else of it is in the
/// plan.
[[nodiscard]] HostPlan make_plan(const config::Config& config, const Clock& clock);

}  // namespace candor::app
