// SPDX-License-Identifier: Apache-2.0
// The one error type: a kind, a sentence with the values in it, and what each level above added. No
// I/O here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace candor {

/// What a caller can do about an error; about a dozen, as docs/CONTRIBUTING.md, "Errors", explains.
enum class ErrorKind : std::uint8_t {
  kInvalidArgument,
  kNotFound,
  kAlreadyExists,
  kPermissionDenied,
  kFailedPrecondition,
  kResourceExhausted,
  kUnavailable,
  kDeadlineExceeded,
  kCancelled,
  kDataLoss,
  kUnsupported,
  kInternal,
};

/// The kind as a stable lower-case word with dashes ("not-found"): logs and API bodies carry it.
[[nodiscard]] std::string_view to_string(ErrorKind kind);

/// A failure for a reason outside the program. Immutable value, any thread.
class Error {
 public:
  Error(ErrorKind kind, std::string message);

  /// The same error with `where` in front: "room-3: append: disk full".
  [[nodiscard]] Error within(std::string_view where) &&;

  [[nodiscard]] ErrorKind kind() const { return kind_; }
  [[nodiscard]] const std::string& message() const { return message_; }

 private:
  ErrorKind kind_;
  std::string message_;
};

/// An error from errno, its kind chosen by one table (ENOSPC is kResourceExhausted, ENOENT
/// kNotFound, ...).
[[nodiscard]] Error error_from_errno(int error_number, std::string_view what);

}  // namespace candor
