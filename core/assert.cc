// SPDX-License-Identifier: Apache-2.0
#include "core/assert.h"

#include <cstdio>
#include <cstdlib>

namespace candor {
void assertion_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "candor: assertion failed: %s (%s:%d)\n", expression, file, line);
  std::abort();
}
}  // namespace candor
