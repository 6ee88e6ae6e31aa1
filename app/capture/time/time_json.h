// SPDX-License-Identifier: Apache-2.0
// What others have stamped, for GET /v1/status (docs/design/link.md).
#pragma once

#include "app/capture/time/stamper.h"
#include "net/json.h"

namespace candor::app {

/// "timestamps": each authority, what it has not stamped yet, and why not. Null: there is none.
[[nodiscard]] boost::json::array timestamps_json(const Stamper* stamper);

}  // namespace candor::app
