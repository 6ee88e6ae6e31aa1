// SPDX-License-Identifier: Apache-2.0
#include "app/capture/session_request.h"

#include <algorithm>

#include "evidence/bodies.h"

namespace candor::app {
namespace {

constexpr std::size_t kIdLengthMax = 64;
constexpr std::size_t kInterrogatorsMax = 100;  // Their ids must fit into one log entry.
constexpr std::size_t kByLengthMax = 256;

bool is_pseudonym(const std::string& id) {
  return !id.empty() && id.size() <= kIdLengthMax && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

bool is_case_id(const std::string& id) {
  return !id.empty() && id.size() <= kIdLengthMax && std::all_of(id.begin(), id.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7F;
  });
}

Result<void> check_by(const std::string& by) {
  return by.size() <= kByLengthMax
             ? Result<void>()
             : fail(ErrorKind::kInvalidArgument, "'by' must be at most 256 bytes");
}

}  // namespace

Result<void> check_start(const SessionRequest& request) {
  if (!is_case_id(request.case_id)) {
    return fail(ErrorKind::kInvalidArgument, "'case' must be 1 to 64 bytes without white space");
  }
  if (!is_pseudonym(request.person)) {
    return fail(
        ErrorKind::kInvalidArgument,
        "'person' must be a pseudonymous id of letters, digits, '.', '_', '-'; names are kept "
        "in the monitor's register");
  }
  if (request.interrogators.empty()) {
    return fail(ErrorKind::kInvalidArgument, "'interrogators' must name at least one id");
  }
  if (!std::all_of(request.interrogators.begin(), request.interrogators.end(), is_pseudonym)) {
    return fail(ErrorKind::kInvalidArgument,
                "'interrogators' must be pseudonymous ids of letters, digits, '.', '_', '-'");
  }
  if (request.interrogators.size() > kInterrogatorsMax) {
    return fail(ErrorKind::kInvalidArgument, "'interrogators' may name at most 100 ids");
  }
  return check_by(request.by);
}

Result<void> check_end(const std::string& by, const std::string& reason) {
  if (reason.size() > evidence::kFreeTextBytesMax) {
    return fail(ErrorKind::kInvalidArgument, "'reason' must be at most 4096 bytes");
  }
  return check_by(by);
}

}  // namespace candor::app
