// SPDX-License-Identifier: Apache-2.0
#include "app/capture/byte_range.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace candor::app {
namespace {

struct Range {
  std::optional<std::uint64_t> first;
  std::optional<std::uint64_t> last;
};

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                 : std::nullopt;
}

std::optional<Range> parse(std::string_view header) {
  constexpr std::string_view kUnit = "bytes=";
  if (header.rfind(kUnit, 0) != 0 || header.find(',') != std::string_view::npos) {
    return std::nullopt;
  }
  header.remove_prefix(kUnit.size());
  const std::size_t dash = header.find('-');
  if (dash == std::string_view::npos) {
    return std::nullopt;
  }
  return Range{.first = number(header.substr(0, dash)), .last = number(header.substr(dash + 1))};
}

}  // namespace

Result<std::optional<ByteSpan>> asked_span(std::string_view range, std::string_view if_range,
                                           std::uint64_t size, std::string_view etag) {
  const auto parsed = parse(range);
  if (!parsed.has_value() || (!if_range.empty() && if_range != etag)) {
    return std::optional<ByteSpan>();
  }
  const auto [first, last] = *parsed;
  if (!first.has_value() && last.has_value() && *last > 0) {
    return std::optional(ByteSpan{size - std::min(size, *last), size});
  }
  if (!first.has_value() || *first >= size || (last.has_value() && *last < *first)) {
    return fail(ErrorKind::kInvalidArgument, "the range lies outside the file");
  }
  // The last byte of the largest range there is has no successor.
  const std::uint64_t end = last.has_value() && *last < size ? *last + 1 : size;
  return std::optional(ByteSpan{*first, end});
}

}  // namespace candor::app
