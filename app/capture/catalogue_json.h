// SPDX-License-Identifier: Apache-2.0
// What the catalogue says, in the link's words (docs/design/link.md).
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "net/http.h"
#include "storage/read/catalogue.h"

namespace candor::app {

[[nodiscard]] boost::json::object session_json(const storage::SessionRecord& session,
                                               std::string_view host, std::size_t copies);
[[nodiscard]] boost::json::array tracks_json(const std::vector<storage::TrackRecord>& tracks);

/// The filter of `GET /v1/sessions`. Errors: kInvalidArgument  naming the parameter.
[[nodiscard]] Result<storage::SessionFilter> session_filter(const net::HttpRequest& request);

/// A time parameter; none when it is missing. Errors: kInvalidArgument.
[[nodiscard]] Result<std::optional<UtcTime>> time_parameter(const net::HttpRequest& request,
                                                            std::string_view name);

}  // namespace candor::app
