// SPDX-License-Identifier: Apache-2.0
// Reads what candor-signer is told: [signer].
#pragma once

#include "config/config.h"
#include "config/table_reader.h"

namespace candor::config {

/// `[signer]`, with `[signer.pkcs11]` when its key is on a token. Files are not read here.
[[nodiscard]] SignerConfig read_signer(TableReader& reader);

}  // namespace candor::config
