// SPDX-License-Identifier: Apache-2.0
#include "core/text.h"

#include <cstdint>

namespace candor {
namespace {

struct Lead {
  std::size_t length = 0;    // 0: no character begins with this byte.
  std::uint8_t second = 0;   // The second byte's range, narrower after some lead bytes: no
  std::uint8_t highest = 0;  // overlong forms, no surrogates, nothing above U+10FFFF.
};

// Unicode 15, table 3-7 "Well-formed UTF-8 byte sequences".
Lead lead_of(std::uint8_t byte) {
  if (byte < 0x80) {
    return {.length = 1};
  }
  if (byte >= 0xC2 && byte <= 0xDF) {
    return {.length = 2, .second = 0x80, .highest = 0xBF};
  }
  if (byte >= 0xE0 && byte <= 0xEF) {
    return {.length = 3,
            .second = static_cast<std::uint8_t>(byte == 0xE0 ? 0xA0 : 0x80),
            .highest = static_cast<std::uint8_t>(byte == 0xED ? 0x9F : 0xBF)};
  }
  if (byte >= 0xF0 && byte <= 0xF4) {
    return {.length = 4,
            .second = static_cast<std::uint8_t>(byte == 0xF0 ? 0x90 : 0x80),
            .highest = static_cast<std::uint8_t>(byte == 0xF4 ? 0x8F : 0xBF)};
  }
  return {};
}

// Bytes of the character at the start; 0 if none stands there.
std::size_t character_bytes(std::string_view text) {
  const Lead lead = lead_of(static_cast<std::uint8_t>(text.front()));
  if (lead.length == 0 || lead.length > text.size()) {
    return 0;
  }
  for (std::size_t i = 1; i < lead.length; ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    const std::uint8_t least = i == 1 ? lead.second : 0x80;
    const std::uint8_t most = i == 1 ? lead.highest : 0xBF;
    if (byte < least || byte > most) {
      return 0;
    }
  }
  return lead.length;
}

}  // namespace

std::string plain_text(std::string_view text, std::size_t bytes_max) {
  std::string plain;
  while (!text.empty()) {
    const std::size_t length = character_bytes(text);
    const auto first = static_cast<unsigned char>(text.front());
    const bool is_control = length == 1 && (first < 0x20 || first == 0x7F);
    const std::string_view kept = is_control    ? std::string_view(" ")
                                  : length == 0 ? std::string_view("?")
                                                : text.substr(0, length);
    if (plain.size() + kept.size() > bytes_max) {
      break;
    }
    plain.append(kept);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return plain;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = character_bytes(text);
    if (length == 0) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace candor
