// SPDX-License-Identifier: Apache-2.0
// Reads what becomes of logged entries: [evidence].
#pragma once

#include "config/config.h"
#include "config/table_reader.h"

namespace candor::config {

/// `[evidence]` with its `[[evidence.witness]]`. Keys and the policy are read by who uses them.
[[nodiscard]] EvidenceConfig read_evidence(TableReader& reader);

}  // namespace candor::config
