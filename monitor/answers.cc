// SPDX-License-Identifier: Apache-2.0
#include "monitor/answers.h"

#include <boost/json.hpp>

namespace candor::monitor {

net::HttpResponse unauthenticated(std::string_view message) {
  return net::json_response(401, {{"error", {{"kind", "unauthenticated"}, {"message", message}}}});
}

net::HttpResponse no_such_path() {
  return net::error_response(Error(ErrorKind::kNotFound, "no such path; see docs/design/api.md"));
}

net::HttpResponse not_for_role(std::string_view role) {
  return net::error_response(Error(ErrorKind::kPermissionDenied,
                                   "an account of role " + std::string(role) + " may not do this"));
}

}  // namespace candor::monitor
