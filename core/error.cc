// SPDX-License-Identifier: Apache-2.0
#include "core/error.h"

#include <cerrno>
#include <system_error>
#include <utility>

namespace candor {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalidArgument:
      return "invalid-argument";
    case ErrorKind::kNotFound:
      return "not-found";
    case ErrorKind::kAlreadyExists:
      return "already-exists";
    case ErrorKind::kPermissionDenied:
      return "permission-denied";
    case ErrorKind::kFailedPrecondition:
      return "failed-precondition";
    case ErrorKind::kResourceExhausted:
      return "resource-exhausted";
    case ErrorKind::kUnavailable:
      return "unavailable";
    case ErrorKind::kDeadlineExceeded:
      return "deadline-exceeded";
    case ErrorKind::kCancelled:
      return "cancelled";
    case ErrorKind::kDataLoss:
      return "data-loss";
    case ErrorKind::kUnsupported:
      return "unsupported";
    case ErrorKind::kInternal:
      return "internal";
  }
  return "internal";
}

Error::Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

Error Error::within(std::string_view where) && {
  message_.insert(0, ": ").insert(0, where);
  return std::move(*this);
}

namespace {

ErrorKind kind_of_errno(int error_number) {
  switch (error_number) {
    case ENOENT:
      return ErrorKind::kNotFound;
    case EEXIST:
      return ErrorKind::kAlreadyExists;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorKind::kPermissionDenied;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EFBIG:
      return ErrorKind::kResourceExhausted;
    case EINVAL:
    case ENAMETOOLONG:
      return ErrorKind::kInvalidArgument;
    case ETIMEDOUT:
      return ErrorKind::kDeadlineExceeded;
    case EIO:  // The medium failed; bytes may be gone.
      return ErrorKind::kDataLoss;
    default:
      return ErrorKind::kUnavailable;
  }
}

}  // namespace

Error error_from_errno(int error_number, std::string_view what) {
  std::string message(what);
  message.append(": ").append(std::generic_category().message(error_number));
  return {kind_of_errno(error_number), std::move(message)};
}

}  // namespace candor
