// SPDX-License-Identifier: Apache-2.0
// Bits and Exp-Golomb codes of a NAL unit (ITU-T H.264, 9.1; H.265, 9.2). Nothing of it is trusted.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/bytes.h"

namespace candor::rtsp {

/// Emulation prevention is taken out; reading past the end gives zeros and is remembered. One
/// thread.
class BitReader {
 public:
  explicit BitReader(ByteView nal) {
    int zeros = 0;
    for (const std::uint8_t byte : nal) {
      if (zeros >= 2 && byte == 3) {
        zeros = 0;
        continue;
      }
      zeros = byte == 0 ? zeros + 1 : 0;
      bytes_.push_back(byte);
    }
  }

  std::uint32_t bit() {
    if (at_ >= bytes_.size() * 8) {
      is_past_end_ = true;
      return 0;
    }
    const std::uint32_t value = bytes_[at_ / 8] >> (7 - at_ % 8) & 1U;
    ++at_;
    return value;
  }
  std::uint32_t bits(int count) {
    std::uint32_t value = 0;
    for (int i = 0; i < count; ++i) {
      value = value << 1 | bit();
    }
    return value;
  }
  void skip(int count) {
    for (int i = 0; i < count; ++i) {
      bit();
    }
  }
  std::uint32_t ue() {
    int zeros = 0;
    while (bit() == 0 && !is_past_end_ && zeros < 31) {
      ++zeros;
    }
    return (1U << zeros) - 1 + bits(zeros);
  }
  std::int32_t se() {
    const std::uint32_t value = ue();
    return (value & 1) != 0 ? static_cast<std::int32_t>((value + 1) / 2)
                            : -static_cast<std::int32_t>(value / 2);
  }
  [[nodiscard]] bool is_past_end() const { return is_past_end_; }

 private:
  Bytes bytes_;
  std::size_t at_ = 0;
  bool is_past_end_ = false;
};

}  // namespace candor::rtsp
