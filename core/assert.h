// SPDX-License-Identifier: Apache-2.0
// Assertions for bugs of our own; never for input, network or disk. They stay on in release: a
// restart with a declared gap is better than a wrong recording.
#pragma once

namespace candor {
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;
}  // namespace candor

#define CANDOR_ASSERT(expression)      \
  ((expression) ? static_cast<void>(0) \
                : ::candor::assertion_failed(#expression, __FILE__, __LINE__))
