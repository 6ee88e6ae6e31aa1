// SPDX-License-Identifier: Apache-2.0
// Big-endian integers in and out of byte buffers. No bounds are checked by get: the caller has
// checked the length.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/bytes.h"

namespace candor {

template <std::integral T>
void append_be(Bytes& out, T value) {
  const auto bits = static_cast<std::make_unsigned_t<T>>(value);
  for (std::size_t i = sizeof(T); i-- > 0;) {
    out.push_back(static_cast<std::uint8_t>(bits >> (8 * i)));
  }
}

template <std::integral T>
void put_be(std::uint8_t* at, T value) {
  const auto bits = static_cast<std::make_unsigned_t<T>>(value);
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    at[i] = static_cast<std::uint8_t>(bits >> (8 * (sizeof(T) - 1 - i)));
  }
}

template <std::integral T>
[[nodiscard]] T get_be(const std::uint8_t* at) {
  std::make_unsigned_t<T> bits = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bits = static_cast<std::make_unsigned_t<T>>(bits << 7 << 1 | at[i]);
  }
  return static_cast<T>(bits);
}

}  // namespace candor
