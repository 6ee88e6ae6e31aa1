// SPDX-License-Identifier: Apache-2.0
// Answers that more than one part of the API gives.
#pragma once

#include <string>
#include <string_view>

#include "net/http.h"
#include "net/json.h"

namespace candor::monitor {

/// 401: nobody is logged in, or the password was wrong.
[[nodiscard]] net::HttpResponse unauthenticated(std::string_view message);

/// 404 with the page that lists the paths.
[[nodiscard]] net::HttpResponse no_such_path();

/// 403: the account's role does not do this.
[[nodiscard]] net::HttpResponse not_for_role(std::string_view role);

}  // namespace candor::monitor
