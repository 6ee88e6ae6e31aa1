// SPDX-License-Identifier: Apache-2.0
// JSON answers as text for people: fields, and columns under each other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

namespace candor::app::cli {

/// The field as text: a text without quotes, a list with commas, "-" for null or a missing field.
[[nodiscard]] std::string field_text(const boost::json::object& object, std::string_view name);

/// "2026-11-24 08:00:00Z" of an RFC 3339 time in a field; "-" without one.
[[nodiscard]] std::string time_text(const boost::json::object& object, std::string_view name);

/// The objects in the list `name`; others in it are left out.
[[nodiscard]] std::vector<boost::json::object> objects_in(const boost::json::object& answer,
                                                          std::string_view name);

/// "21.5 GiB" or "300 MiB" of a number of bytes in a field; "-" without one.
[[nodiscard]] std::string size_text(const boost::json::object& object, std::string_view name);

/// The number in a field; 0 without one.
[[nodiscard]] double number_field(const boost::json::object& object, std::string_view name);

/// Columns as wide as their longest text, two blanks between them, one row a line. All rows have as
/// many texts as the first, which is the heading.
[[nodiscard]] std::string columns(const std::vector<std::vector<std::string>>& rows);

}  // namespace candor::app::cli
