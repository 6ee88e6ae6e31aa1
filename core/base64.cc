// SPDX-License-Identifier: Apache-2.0
#include "core/base64.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace candor {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kGroupCharacters = 4;
constexpr std::uint8_t kForeign = 0xFF;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kForeign);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values.at(static_cast<unsigned char>(kAlphabet[i])) = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr std::array<std::uint8_t, 256> kValues = make_values();

std::size_t padding_of(std::string_view text) {
  if (text.ends_with("==")) {
    return 2;
  }
  return text.ends_with('=') ? 1 : 0;
}

}  // namespace

std::string to_base64(ByteView bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * kGroupCharacters);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t held = bytes.size() - i < 3 ? bytes.size() - i : 3;
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      bits = bits << 8 | (j < held ? bytes[i + j] : 0U);
    }
    for (std::size_t j = 0; j < kGroupCharacters; ++j) {
      text.push_back(j <= held ? kAlphabet[bits >> (18 - 6 * j) & 63] : '=');
    }
  }
  return text;
}

Result<Bytes> from_base64(std::string_view text) {
  if (text.size() % kGroupCharacters != 0) {
    return fail(ErrorKind::kInvalidArgument, "base64 text is not padded");
  }
  text.remove_suffix(padding_of(text));
  Bytes bytes;
  bytes.reserve(text.size() * 3 / kGroupCharacters);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const std::uint8_t value = kValues.at(static_cast<unsigned char>(c));
    if (value == kForeign) {
      return fail(ErrorKind::kInvalidArgument, "not a base64 character");
    }
    bits = (bits << 6 | value) & 0xFFFF;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<std::uint8_t>(bits >> count & 0xFF));
    }
  }
  if ((bits & ((1U << count) - 1)) != 0) {
    return fail(ErrorKind::kInvalidArgument, "base64 text ends in bits that say nothing");
  }
  return bytes;
}

}  // namespace candor
