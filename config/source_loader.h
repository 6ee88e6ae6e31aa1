// SPDX-License-Identifier: Apache-2.0
// Reads one [[room.source]]: its kind, and the keys that this kind has.
#pragma once

#include "config/config.h"
#include "config/table_reader.h"

namespace candor::config {

/// Complains at the reader about what is wrong. `has_sound_by_default`: as the room's class says.
[[nodiscard]] SourceConfig read_source(TableReader& reader, bool has_sound_by_default);

}  // namespace candor::config
