// SPDX-License-Identifier: Apache-2.0
// The register: names behind the ids that sessions carry. Hosts and their logs see ids only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "monitor/records/database.h"

namespace candor::records {

enum class PersonKind : std::uint8_t {
  kPerson,   // Who is heard: "P-000001".
  kOfficer,  // Who asks: "O-000001".
};

inline constexpr std::size_t kNameBytesMax = 128;
/// More hits than this say that the search is too wide; the rest is left out.
inline constexpr std::size_t kSearchHitsMax = 200;

/// One thread at a time; the database outlives it.
class People {
 public:
  explicit People(Database& database) : database_(database) {}

  /// The id of this very name, new if need be.
  /// Shape: UTF-8, 1 to 128 bytes, no control characters, no space at either end.
  /// Errors: kInvalidArgument; those of the database.
  [[nodiscard]] Result<std::string> find_or_create(PersonKind kind, const std::string& name);

  /// The name; none for an id that was never given out. Errors: those of the database.
  [[nodiscard]] Result<std::optional<std::string>> find(std::string_view id);

  /// The names of those ids that are known. Errors: those of the database.
  [[nodiscard]] Result<std::map<std::string, std::string>> names_of(
      std::span<const std::string> ids);

  /// Ids whose name contains `part` (case of ASCII letters aside), oldest first, at most
  /// kSearchHitsMax; none for an empty part. Errors: those of the database.
  [[nodiscard]] Result<std::vector<std::string>> search(const std::string& part);

 private:
  Database& database_;
};

}  // namespace candor::records
