// SPDX-License-Identifier: Apache-2.0
// Typed reading of one TOML table: every key is asked for by name, so a key that nobody asked for
// is unknown. The first complaint is kept.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "config/config.h"
#include "core/assert.h"
#include "core/error.h"

namespace candor::config {

/// The first complaint about a file.
class Complaint {
 public:
  explicit Complaint(std::string file) : file_(std::move(file)) {}

  /// Keeps "file:line: key 'x': what" unless there is one already.
  void add(const toml::source_region& where, std::string_view key, std::string_view what);
  /// "file:line: key 'x'".
  [[nodiscard]] std::string place(const toml::source_region& where, std::string_view key) const;
  [[nodiscard]] bool has_value() const { return error_.has_value(); }
  [[nodiscard]] const Error& error() const {
    CANDOR_ASSERT(error_.has_value());
    return *error_;
  }

 private:
  std::string file_;
  std::optional<Error> error_;
};

struct Range {
  std::int64_t least;
  std::int64_t most;
};

/// One table of the file. Each function leaves `out` as it is when the key is missing and not
/// needed.
class TableReader {
 public:
  TableReader(const toml::table& table, std::string name, Complaint& complaint)
      : table_(table), name_(std::move(name)), complaint_(complaint) {}

  void text(std::string_view key, std::string& out, bool is_needed);
  void slug(std::string_view key, std::string& out);  // Needed.
  void absolute_path(std::string_view key, std::string& out, bool is_needed);
  void boolean(std::string_view key, bool& out);
  void number(std::string_view key, Range range, std::uint64_t& out);
  void label(std::string_view key, Label& out);  // { en = "..", zh = ".." }, needed.
  void numbers(std::string_view key, Range range, std::vector<std::int64_t>& out);
  /// Each table of an array of tables.
  void tables(std::string_view key, const std::function<void(TableReader&)>& each);
  /// A table, if it is there.
  bool table(std::string_view key, const std::function<void(TableReader&)>& read);

  void complain(std::string_view key, std::string_view what);
  /// Where the key stands, or its table when it is missing: "file:line: key 'x'".
  [[nodiscard]] std::string place_of(std::string_view key) const;
  /// Complains about the first key that was not asked for.
  void finish();

 private:
  [[nodiscard]] const toml::node* find(std::string_view key);
  [[nodiscard]] std::string full_key(std::string_view key) const;
  [[nodiscard]] const toml::source_region& source_of(std::string_view key) const;

  const toml::table& table_;
  std::string name_;
  Complaint& complaint_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace candor::config
