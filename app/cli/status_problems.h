// SPDX-License-Identifier: Apache-2.0
// What in a host's status needs a person, one sentence each.
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace candor::app::cli {

/// Of the answer to GET /v1/status (docs/design/link.md); empty when all is well.
[[nodiscard]] std::vector<std::string> problems_of(const boost::json::object& status);

}  // namespace candor::app::cli
