// SPDX-License-Identifier: Apache-2.0
// Reads a configuration file and checks every rule of validity.
#pragma once

#include <string>

#include "config/config.h"
#include "core/result.h"

namespace candor::config {

/// Loads and checks the whole file; password files are read here.
///
/// Thread: any. Errors: kNotFound  no such file; kInvalidArgument  one line "file:line: key 'x':
/// what is wrong and what to do".
[[nodiscard]] Result<Config> load_config(const std::string& path);

}  // namespace candor::config
