// SPDX-License-Identifier: Apache-2.0
// What somebody who starts or ends a session must say, and how much of it a log entry can hold.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"

namespace candor::app {

struct SessionRequest {
  std::string case_id;
  std::string person;
  std::vector<std::string> interrogators;
  std::string by;
};

/// Shape: case 1 to 64 bytes without white space; person and 1 to 100 interrogators are
/// pseudonymous ids of 1 to 64 of [A-Za-z0-9._-]; by at most 256 bytes. Errors: kInvalidArgument
/// naming the field.
[[nodiscard]] Result<void> check_start(const SessionRequest& request);

/// Shape: by at most 256 bytes, reason at most 4096. Errors: kInvalidArgument naming the field.
[[nodiscard]] Result<void> check_end(const std::string& by, const std::string& reason);

}  // namespace candor::app
