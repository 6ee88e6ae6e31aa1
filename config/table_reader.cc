// SPDX-License-Identifier: Apache-2.0
#include "config/table_reader.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/ids.h"

namespace candor::config {

void Complaint::add(const toml::source_region& where, std::string_view key, std::string_view what) {
  if (!error_.has_value()) {
    error_.emplace(ErrorKind::kInvalidArgument, fmt::format("{}: {}", place(where, key), what));
  }
}

std::string Complaint::place(const toml::source_region& where, std::string_view key) const {
  return fmt::format("{}:{}: key '{}'", file_, where.begin.line, key);
}

const toml::node* TableReader::find(std::string_view key) {
  asked_.emplace(key);
  return table_.get(key);
}

std::string TableReader::full_key(std::string_view key) const {
  return name_.empty() ? std::string(key) : fmt::format("{}.{}", name_, key);
}

const toml::source_region& TableReader::source_of(std::string_view key) const {
  const toml::node* node = table_.get(key);
  return node == nullptr ? table_.source() : node->source();
}

void TableReader::complain(std::string_view key, std::string_view what) {
  complaint_.add(source_of(key), full_key(key), what);
}

std::string TableReader::place_of(std::string_view key) const {
  return complaint_.place(source_of(key), full_key(key));
}

void TableReader::text(std::string_view key, std::string& out, bool is_needed) {
  const toml::node* node = find(key);
  if (node == nullptr) {
    if (is_needed) {
      complain(key, "is missing");
    }
    return;
  }
  if (!node->is_string() || node->as_string()->get().empty()) {
    complain(key, "must be text in quotes, not empty");
    return;
  }
  out = node->as_string()->get();
}

void TableReader::slug(std::string_view key, std::string& out) {
  text(key, out, true);
  if (!out.empty() && !is_slug(out)) {
    complain(key, "must be 1 to 63 of a-z, 0-9 and '-', and not begin with '-'");
  }
}

void TableReader::absolute_path(std::string_view key, std::string& out, bool is_needed) {
  text(key, out, is_needed);
  if (!out.empty() && out.front() != '/') {
    complain(key, "must be an absolute path, beginning with '/'");
  }
}

void TableReader::boolean(std::string_view key, bool& out) {
  const toml::node* node = find(key);
  if (node == nullptr) {
    return;
  }
  if (!node->is_boolean()) {
    complain(key, "must be true or false");
    return;
  }
  out = node->as_boolean()->get();
}

void TableReader::number(std::string_view key, Range range, std::uint64_t& out) {
  const toml::node* node = find(key);
  if (node == nullptr) {
    return;
  }
  const auto value = node->value_exact<std::int64_t>();
  if (!value.has_value() || *value < range.least || *value > range.most) {
    complain(key, fmt::format("must be a whole number from {} to {}", range.least, range.most));
    return;
  }
  out = static_cast<std::uint64_t>(*value);
}

void TableReader::numbers(std::string_view key, Range range, std::vector<std::int64_t>& out) {
  const toml::node* node = find(key);
  if (node == nullptr) {
    return;
  }
  const toml::array* array = node->as_array();
  std::vector<std::int64_t> values;
  for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
    values.push_back((*array)[i].value_exact<std::int64_t>().value_or(range.least - 1));
  }
  const bool all_fit = std::all_of(values.begin(), values.end(), [&](std::int64_t value) {
    return value >= range.least && value <= range.most;
  });
  if (values.empty() || !all_fit) {
    complain(key,
             fmt::format("must be a list of whole numbers from {} to {}", range.least, range.most));
    return;
  }
  out = std::move(values);
}

void TableReader::label(std::string_view key, Label& out) {
  const toml::node* node = find(key);
  if (node == nullptr || !node->is_table()) {
    complain(key, "must be a name in both languages: { en = \"...\", zh = \"...\" }");
    return;
  }
  TableReader inner(*node->as_table(), full_key(key), complaint_);
  inner.text("en", out.en, true);
  inner.text("zh", out.zh, true);
  inner.finish();
}

void TableReader::tables(std::string_view key, const std::function<void(TableReader&)>& each) {
  const toml::node* node = find(key);
  if (node == nullptr) {
    return;
  }
  const toml::array* array = node->as_array();
  if (array == nullptr || !array->is_array_of_tables()) {
    complain(key, fmt::format("must be written as [[{}]]", full_key(key)));
    return;
  }
  for (const toml::node& element : *array) {
    TableReader inner(*element.as_table(), full_key(key), complaint_);
    each(inner);
    inner.finish();
  }
}

bool TableReader::table(std::string_view key, const std::function<void(TableReader&)>& read) {
  const toml::node* node = find(key);
  if (node == nullptr) {
    return false;
  }
  if (!node->is_table()) {
    complain(key, fmt::format("must be written as [{}]", full_key(key)));
    return true;
  }
  TableReader inner(*node->as_table(), full_key(key), complaint_);
  read(inner);
  inner.finish();
  return true;
}

void TableReader::finish() {
  for (const auto& [key, node] : table_) {
    if (asked_.find(key.str()) == asked_.end()) {
      complaint_.add(node.source(), full_key(key.str()),
                     "is unknown; see config/candor.example.toml for all keys");
      return;
    }
  }
}

}  // namespace candor::config
