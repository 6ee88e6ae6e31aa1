// SPDX-License-Identifier: Apache-2.0
// The version of the programs, as --version and the API tell it.
#pragma once

#include <string_view>

namespace candor::app {
inline constexpr std::string_view kVersion = "0.1.0";
}  // namespace candor::app
