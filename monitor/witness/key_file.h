// SPDX-License-Identifier: Apache-2.0
// The witness's private key on disk: made once, read at each start, never shown. What it signs is
// said in cosigner.h.
#pragma once

#include <string>

#include "core/result.h"
#include "evidence/signer.h"

namespace candor::witness {

/// Reads the key. Errors: kNotFound; kPermissionDenied  others than its owner may read it;
/// kDataLoss  no key; errno kinds.
[[nodiscard]] Result<evidence::MemorySigner> load_key(const std::string& path);

/// Makes a key (mode 0600), durable when it returns, and gives it. Nobody ever sees half a file.
/// Errors: kAlreadyExists  there is a file, which stays as it is; errno kinds.
[[nodiscard]] Result<evidence::MemorySigner> make_key(const std::string& path);

}  // namespace candor::witness
