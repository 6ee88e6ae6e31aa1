// SPDX-License-Identifier: Apache-2.0
// The volumes as GET /v1/status tells them (docs/design/link.md).
#pragma once

#include <boost/json.hpp>

#include "app/capture/space/keeper.h"
#include "storage/write/recorder.h"

namespace candor::app {

[[nodiscard]] boost::json::array volumes_json(const storage::RecorderStatus& recorder,
                                              const SpaceStatus& space);
[[nodiscard]] boost::json::object continuous_json(const ContinuousSpace& space);
[[nodiscard]] boost::json::object copies_json(const storage::RecorderStatus& recorder);

}  // namespace candor::app
