// SPDX-License-Identifier: Apache-2.0
#include "capture/rtsp/sps.h"

#include <algorithm>
#include <array>

#include "core/big_endian.h"

namespace candor::rtsp {
namespace {

constexpr std::uint32_t kMacroblock = 16;
constexpr std::uint32_t kSizeMax = 16384;

// Bits of a NAL unit with emulation prevention taken out; reading past the end gives zeros and is
// remembered.
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

void skip_scaling_list(BitReader& reader, int size) {
  std::int32_t last = 8;
  std::int32_t next = 8;
  for (int i = 0; i < size && !reader.is_past_end(); ++i) {
    if (next != 0) {
      // Standard values keep within a byte; the mask keeps hostile ones from overflowing.
      next = static_cast<std::int32_t>(
          (static_cast<std::uint32_t>(last) + static_cast<std::uint32_t>(reader.se())) & 0xFFU);
    }
    last = next == 0 ? last : next;
  }
}

bool has_chroma_format(std::uint32_t profile) {
  constexpr std::array<std::uint32_t, 13> kHighProfiles = {100, 110, 122, 244, 44,  83, 86,
                                                           118, 128, 138, 139, 134, 135};
  return std::find(kHighProfiles.begin(), kHighProfiles.end(), profile) != kHighProfiles.end();
}

struct Chroma {
  std::uint32_t format = 1;
  std::uint32_t bit_depth_luma = 8;
  std::uint32_t bit_depth_chroma = 8;
};

Chroma read_chroma(BitReader& reader) {
  Chroma chroma;
  chroma.format = reader.ue();
  if (chroma.format == 3) {
    reader.bit();  // separate_colour_plane_flag
  }
  chroma.bit_depth_luma = 8 + reader.ue();
  chroma.bit_depth_chroma = 8 + reader.ue();
  reader.bit();  // qpprime_y_zero_transform_bypass_flag
  if (reader.bit() != 0) {
    for (int i = 0; i < (chroma.format == 3 ? 12 : 8) && !reader.is_past_end(); ++i) {
      if (reader.bit() != 0) {
        skip_scaling_list(reader, i < 6 ? 16 : 64);
      }
    }
  }
  return chroma;
}

void skip_picture_order(BitReader& reader) {
  reader.ue();  // log2_max_frame_num_minus4
  const std::uint32_t type = reader.ue();
  if (type == 0) {
    reader.ue();
  } else if (type == 1) {
    reader.bit();
    reader.se();
    reader.se();
    const std::uint32_t count = std::min<std::uint32_t>(reader.ue(), 255);
    for (std::uint32_t i = 0; i < count && !reader.is_past_end(); ++i) {
      reader.se();
    }
  }
  reader.ue();   // max_num_ref_frames
  reader.bit();  // gaps_in_frame_num_value_allowed_flag
}

}  // namespace

std::optional<PictureSize> picture_size(ByteView sps) {
  if (sps.size() < 4 || (sps[0] & 0x1F) != 7) {
    return std::nullopt;
  }
  BitReader reader(sps.subspan(1));
  const std::uint32_t profile = reader.bits(8);
  reader.bits(16);  // Constraints, level.
  reader.ue();      // seq_parameter_set_id
  const Chroma chroma = has_chroma_format(profile) ? read_chroma(reader) : Chroma{};
  skip_picture_order(reader);
  const std::uint32_t width = reader.ue() + 1;
  const std::uint32_t map_height = reader.ue() + 1;
  const std::uint32_t frame_mbs_only = reader.bit();
  if (frame_mbs_only == 0) {
    reader.bit();
  }
  reader.bit();  // direct_8x8_inference_flag
  std::array<std::uint32_t, 4> crop{};
  if (reader.bit() != 0) {
    for (std::uint32_t& side : crop) {
      side = reader.ue();
    }
  }
  const std::uint32_t unit_x = chroma.format == 1 || chroma.format == 2 ? 2 : 1;
  const std::uint32_t unit_y = (chroma.format == 1 ? 2 : 1) * (2 - frame_mbs_only);
  if (reader.is_past_end() || width > kSizeMax / kMacroblock ||
      map_height > kSizeMax / kMacroblock ||
      std::any_of(crop.begin(), crop.end(), [](std::uint32_t side) { return side > kSizeMax; })) {
    return std::nullopt;
  }
  const std::uint32_t cut_x = unit_x * (crop[0] + crop[1]);
  const std::uint32_t cut_y = unit_y * (crop[2] + crop[3]);
  const std::uint32_t full_x = width * kMacroblock;
  const std::uint32_t full_y = map_height * kMacroblock * (2 - frame_mbs_only);
  if (cut_x >= full_x || cut_y >= full_y) {
    return std::nullopt;
  }
  return PictureSize{.width = full_x - cut_x, .height = full_y - cut_y};
}

Bytes make_avcc(ByteView sps, ByteView pps) {
  Bytes out = {1, sps[1], sps[2], sps[3], 0xFF, 0xE1};
  append_be(out, static_cast<std::uint16_t>(sps.size()));
  out.insert(out.end(), sps.begin(), sps.end());
  out.push_back(1);
  append_be(out, static_cast<std::uint16_t>(pps.size()));
  out.insert(out.end(), pps.begin(), pps.end());
  const std::uint32_t profile = sps[1];
  if (profile == 100 || profile == 110 || profile == 122 || profile == 144) {
    BitReader reader(sps.subspan(4));
    reader.ue();
    const Chroma chroma = read_chroma(reader);
    out.push_back(static_cast<std::uint8_t>(0xFC | (chroma.format & 3)));
    out.push_back(static_cast<std::uint8_t>(0xF8 | ((chroma.bit_depth_luma - 8) & 7)));
    out.push_back(static_cast<std::uint8_t>(0xF8 | ((chroma.bit_depth_chroma - 8) & 7)));
    out.push_back(0);
  }
  return out;
}

}  // namespace candor::rtsp
