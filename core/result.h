// SPDX-License-Identifier: Apache-2.0
// Result<T> and the two macros that pass errors up. Only members that std::expected also has are
// used.
#pragma once

#include <string_view>
#include <utility>

#include <tl/expected.hpp>

#include "core/error.h"

namespace candor {

template <typename T>
using Result = tl::expected<T, Error>;

/// A failed Result<T> of any T: `return fail(ErrorKind::kNotFound, "no room 'x'")`.
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return tl::unexpected<Error>(Error(kind, std::move(message)));
}
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

/// Adds `where` in front of the error, if there is one.
template <typename T>
[[nodiscard]] Result<T> with_context(Result<T> result, std::string_view where) {
  if (result.has_value()) {
    return result;
  }
  return fail(std::move(result.error()).within(where));
}

}  // namespace candor

#define CANDOR_CONCAT_INNER(a, b) a##b
#define CANDOR_CONCAT(a, b) CANDOR_CONCAT_INNER(a, b)

// NOLINTBEGIN(bugprone-macro-parentheses): a declaration cannot stand in parentheses.
/// `CANDOR_TRY(auto x, f());` declares x from f()'s value or returns f()'s error.
#define CANDOR_TRY(declaration, expression)                                            \
  auto CANDOR_CONCAT(candor_result_, __LINE__) = (expression);                         \
  if (!CANDOR_CONCAT(candor_result_, __LINE__).has_value()) {                          \
    return ::candor::fail(std::move(CANDOR_CONCAT(candor_result_, __LINE__).error())); \
  }                                                                                    \
  declaration = std::move(*CANDOR_CONCAT(candor_result_, __LINE__))
// NOLINTEND(bugprone-macro-parentheses)

/// `CANDOR_CHECK(f());` returns f()'s error, if there is one; for Result<void>.
#define CANDOR_CHECK(expression)                                           \
  do {                                                                     \
    if (auto candor_checked = (expression); !candor_checked.has_value()) { \
      return ::candor::fail(std::move(candor_checked.error()));            \
    }                                                                      \
  } while (false)
