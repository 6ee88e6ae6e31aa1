// SPDX-License-Identifier: Apache-2.0
// JSON at the edges: answers, errors, and typed fields of what a peer sent.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "core/result.h"
#include "net/http.h"

namespace candor::net {

[[nodiscard]] HttpResponse json_response(unsigned status, const boost::json::object& body);

/// `{"error":{"kind","message"}}` with the status of docs/design/link.md.
[[nodiscard]] HttpResponse error_response(const Error& error);
[[nodiscard]] unsigned status_of(ErrorKind kind);

/// Errors: kInvalidArgument  not one JSON object, or nested deeper than 16.
[[nodiscard]] Result<boost::json::object> parse_object(std::string_view text);

/// Errors: kInvalidArgument  naming the field that is missing or of another type.
[[nodiscard]] Result<std::string> text_field(const boost::json::object& object,
                                             std::string_view name);
[[nodiscard]] Result<std::vector<std::string>> text_list_field(const boost::json::object& object,
                                                               std::string_view name);
/// Empty when the field is missing or null.
[[nodiscard]] Result<std::string> optional_text_field(const boost::json::object& object,
                                                      std::string_view name);

}  // namespace candor::net
