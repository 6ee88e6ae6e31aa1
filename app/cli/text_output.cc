// SPDX-License-Identifier: Apache-2.0
#include "app/cli/text_output.h"

#include <algorithm>
#include <cstddef>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace candor::app::cli {
namespace {

constexpr double kGib = 1024.0 * 1024 * 1024;
constexpr std::size_t kSecondsEnd = 19;  // "2026-11-24T08:00:00"

// Columns of a terminal that UTF-8 text takes, with wide characters (CJK) as two.
std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool continues = (byte & 0xC0U) == 0x80U;
    width += continues ? 0 : byte >= 0xE3U ? 2 : 1;
  }
  return width;
}

}  // namespace

std::string field_text(const boost::json::object& object, std::string_view name) {
  const boost::json::value* field = object.if_contains(name);
  if (field == nullptr || field->is_null()) {
    return "-";
  }
  if (field->is_string()) {
    return std::string(field->get_string());
  }
  if (field->is_array()) {
    std::string text;
    for (const boost::json::value& one : field->get_array()) {
      const bool is_text = one.is_string();
      text += (text.empty() ? "" : ", ");
      text += is_text ? std::string(one.get_string()) : boost::json::serialize(one);
    }
    return text.empty() ? "-" : text;
  }
  // Boost.JSON would write 2.05E1.
  return field->is_double() ? fmt::format("{:.6g}", field->get_double())
                            : boost::json::serialize(*field);
}

std::string time_text(const boost::json::object& object, std::string_view name) {
  std::string text = field_text(object, name);
  if (text.size() < kSecondsEnd) {
    return text;
  }
  text = text.substr(0, kSecondsEnd) + "Z";
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text;
}

std::vector<boost::json::object> objects_in(const boost::json::object& answer,
                                            std::string_view name) {
  std::vector<boost::json::object> objects;
  const boost::json::value* list = answer.if_contains(name);
  if (list != nullptr && list->is_array()) {
    for (const boost::json::value& one : list->get_array()) {
      if (one.is_object()) {
        objects.push_back(one.get_object());
      }
    }
  }
  return objects;
}

std::string size_text(const boost::json::object& object, std::string_view name) {
  const boost::json::value* field = object.if_contains(name);
  if (field == nullptr || !field->is_number()) {
    return "-";
  }
  const double gib = number_field(object, name) / kGib;
  return gib < 1 ? fmt::format("{:.0f} MiB", gib * 1024) : fmt::format("{:.1f} GiB", gib);
}

double number_field(const boost::json::object& object, std::string_view name) {
  const boost::json::value* field = object.if_contains(name);
  return field != nullptr && field->is_number() ? field->to_number<double>() : 0;
}

std::string columns(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(row[i]));
    }
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      text += i + 1 < row.size() ? std::string(widths[i] - width_of(row[i]) + 2, ' ') : "\n";
    }
  }
  return text;
}

}  // namespace candor::app::cli
