// SPDX-License-Identifier: Apache-2.0
// The version of the link that this program speaks (docs/design/link.md): "link" in /v1/hello.
#pragma once

#include <cstdint>

namespace candor::net {

inline constexpr std::int64_t kLinkVersion = 1;

}  // namespace candor::net
