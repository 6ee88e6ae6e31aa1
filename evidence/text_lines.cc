// SPDX-License-Identifier: Apache-2.0
#include "evidence/text_lines.h"

#include <algorithm>

#include "core/base64.h"
#include "core/text.h"

namespace candor::evidence {
namespace {

constexpr std::size_t kQuotedBytesMax = 80;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit) ||
      (text.front() == '0' && text.size() > 1)) {
    return std::nullopt;
  }
  std::uint64_t number = 0;
  for (const char c : text) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (number > (kNumberMax - digit) / 10) {
      return std::nullopt;
    }
    number = number * 10 + digit;
  }
  return number;
}

Result<Digest> parse_digest(std::string_view text) {
  CANDOR_TRY(const Bytes bytes, from_base64(text));
  Digest digest{};
  if (bytes.size() != digest.size()) {
    return fail(ErrorKind::kInvalidArgument,
                "digest of " + std::to_string(bytes.size()) + " bytes, not 32");
  }
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

std::string quoted(std::string_view line) { return "'" + plain_text(line, kQuotedBytesMax) + "'"; }

}  // namespace candor::evidence
