// SPDX-License-Identifier: Apache-2.0
#include "monitor/records/people.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include <fmt/format.h>

namespace candor::records {
namespace {

std::string_view letter_of(PersonKind kind) { return kind == PersonKind::kPerson ? "P" : "O"; }

std::string id_of(std::string_view letter, std::int64_t number) {
  return fmt::format("{}-{:06}", letter, number);
}

// The bytes of the UTF-8 sequence that this byte begins; 0: none. What follows is checked apart.
std::size_t sequence_size(unsigned char first) {
  if (first < 0x80) {
    return 1;
  }
  if (first >= 0xC2 && first < 0xE0) {
    return 2;
  }
  if (first >= 0xE0 && first < 0xF0) {
    return 3;
  }
  return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

// Overlong forms, surrogates and what lies beyond U+10FFFF (RFC 3629, section 4).
bool is_forbidden_pair(unsigned char first, unsigned char second) {
  return (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
         (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
}

bool is_printable_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t size = sequence_size(first);
    if (size == 0 || size > text.size() - at || first < 0x20 || first == 0x7F) {
      return false;
    }
    const std::string_view rest = text.substr(at + 1, size - 1);
    const bool is_continued = std::ranges::all_of(
        rest, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; });
    if (!is_continued) {
      return false;
    }
    if (!rest.empty() && is_forbidden_pair(first, static_cast<unsigned char>(rest[0]))) {
      return false;
    }
    at += size;
  }
  return true;
}

Result<void> check_name(const std::string& name) {
  if (name.empty() || name.size() > kNameBytesMax) {
    return fail(ErrorKind::kInvalidArgument,
                fmt::format("a name has 1 to {} bytes, this one {}", kNameBytesMax, name.size()));
  }
  if (!is_printable_utf8(name)) {
    return fail(ErrorKind::kInvalidArgument, "a name is UTF-8 text without control characters");
  }
  if (name.front() == ' ' || name.back() == ' ') {
    return fail(ErrorKind::kInvalidArgument, "a name does not begin or end with a space");
  }
  return {};
}

struct ParsedId {
  std::string_view letter;
  std::int64_t number = 0;
};

std::optional<ParsedId> parse_id(std::string_view id) {
  constexpr std::size_t kPrefix = 2;
  if (id.size() <= kPrefix || (id[0] != 'P' && id[0] != 'O') || id[1] != '-') {
    return std::nullopt;
  }
  ParsedId parsed{.letter = id.substr(0, 1)};
  const char* const end = id.data() + id.size();
  const auto [stop, error] = std::from_chars(id.data() + kPrefix, end, parsed.number);
  // One person has one spelling: no "P-1".
  if (error != std::errc() || stop != end || id_of(parsed.letter, parsed.number) != id) {
    return std::nullopt;
  }
  return parsed;
}

}  // namespace

Result<std::string> People::find_or_create(PersonKind kind, const std::string& name) {
  CANDOR_CHECK(check_name(name));
  const std::string_view letter = letter_of(kind);
  CANDOR_TRY(Transaction transaction, Transaction::begin(database_));
  CANDOR_TRY(Statement select,
             database_.prepare("SELECT number FROM person WHERE kind = ? AND name = ?"));
  CANDOR_TRY(const bool has_row, select.bind(1, letter).bind(2, name).step());
  if (has_row) {
    return id_of(letter, select.integer(0));
  }
  // Each kind counts for itself; rows are never deleted, so no number comes twice.
  CANDOR_TRY(Statement insert,
             database_.prepare("INSERT INTO person (kind, number, name) SELECT ?1, "
                               "1 + coalesce(max(number), 0), ?2 FROM person WHERE kind = ?1 "
                               "RETURNING number"));
  CANDOR_TRY(const bool has_number, insert.bind(1, letter).bind(2, name).step());
  const std::int64_t number = has_number ? insert.integer(0) : 0;
  CANDOR_CHECK(insert.run());
  CANDOR_CHECK(transaction.commit());
  return id_of(letter, number);
}

Result<std::optional<std::string>> People::find(std::string_view id) {
  const std::optional<ParsedId> parsed = parse_id(id);
  if (!parsed.has_value()) {
    return std::optional<std::string>();
  }
  CANDOR_TRY(Statement select,
             database_.prepare("SELECT name FROM person WHERE kind = ? AND number = ?"));
  CANDOR_TRY(const bool has_row, select.bind(1, parsed->letter).bind(2, parsed->number).step());
  return has_row ? std::optional(select.text(0)) : std::nullopt;
}

Result<std::map<std::string, std::string>> People::names_of(std::span<const std::string> ids) {
  std::map<std::string, std::string> names;
  for (const std::string& id : ids) {
    if (names.contains(id)) {
      continue;
    }
    CANDOR_TRY(std::optional<std::string> name, find(id));
    if (name.has_value()) {
      names.emplace(id, *std::move(name));
    }
  }
  return names;
}

Result<std::vector<std::string>> People::search(const std::string& part) {
  std::vector<std::string> ids;
  if (part.empty()) {
    return ids;
  }
  CANDOR_TRY(Statement select, database_.prepare("SELECT kind, number FROM person "
                                                 "WHERE instr(lower(name), lower(?)) > 0 "
                                                 "ORDER BY number, kind LIMIT ?"));
  select.bind(1, part).bind(2, static_cast<std::int64_t>(kSearchHitsMax));
  while (true) {
    CANDOR_TRY(const bool has_row, select.step());
    if (!has_row) {
      return ids;
    }
    ids.push_back(id_of(select.text(0), select.integer(1)));
  }
}

}  // namespace candor::records
