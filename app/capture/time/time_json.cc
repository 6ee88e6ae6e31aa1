// SPDX-License-Identifier: Apache-2.0
#include "app/capture/time/time_json.h"

namespace candor::app {

namespace json = boost::json;

json::array timestamps_json(const Stamper* stamper) {
  json::array all;
  if (stamper == nullptr) {
    return all;
  }
  for (const AuthorityStatus& authority : stamper->status()) {
    all.push_back(json::object{
        {"authority", authority.name},
        {"pending", authority.pending},
        {"last",
         authority.last.ns == 0 ? json::value(nullptr) : json::value(to_rfc3339(authority.last))},
        {"fault", authority.fault.empty() ? json::value(nullptr) : json::value(authority.fault)}});
  }
  return all;
}

}  // namespace candor::app
