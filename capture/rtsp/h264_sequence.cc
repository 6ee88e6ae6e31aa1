// SPDX-License-Identifier: Apache-2.0
// H.264: sequence parameter sets and avcC.
#include <algorithm>
#include <array>

#include "capture/rtsp/bit_reader.h"
#include "capture/rtsp/sequence_facts.h"
#include "core/big_endian.h"

namespace candor::rtsp {
namespace {

constexpr std::uint32_t kMacroblock = 16;
constexpr std::uint32_t kSizeMax = 16384;
constexpr std::uint32_t kBaseline = 66;

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

// Returns pic_order_cnt_type.
std::uint32_t skip_picture_order(BitReader& reader) {
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
  return type;
}

void skip_hrd(BitReader& reader) {
  const std::uint32_t count = std::min<std::uint32_t>(reader.ue(), 31) + 1;
  reader.skip(8);  // bit_rate_scale, cpb_size_scale
  for (std::uint32_t i = 0; i < count && !reader.is_past_end(); ++i) {
    reader.ue();
    reader.ue();
    reader.bit();
  }
  reader.skip(20);  // Lengths of delays and time offset.
}

void skip_signal_type(BitReader& reader) {
  reader.skip(4);  // video_format, video_full_range_flag
  if (reader.bit() != 0) {
    reader.skip(24);  // Colour description.
  }
}

// max_num_reorder_frames of the VUI; none when it does not say. Source: ITU-T H.264, E.1.1.
std::optional<std::uint32_t> reorder_in_vui(BitReader& reader) {
  constexpr std::uint32_t kExtendedSar = 255;
  if (reader.bit() != 0 && reader.bits(8) == kExtendedSar) {
    reader.skip(32);
  }
  if (reader.bit() != 0) {
    reader.bit();  // overscan_appropriate_flag
  }
  if (reader.bit() != 0) {
    skip_signal_type(reader);
  }
  if (reader.bit() != 0) {
    reader.ue();
    reader.ue();
  }
  if (reader.bit() != 0) {
    reader.skip(65);  // Timing: two numbers of 32 bits and a flag.
  }
  const bool has_nal_hrd = reader.bit() != 0;
  if (has_nal_hrd) {
    skip_hrd(reader);
  }
  const bool has_vcl_hrd = reader.bit() != 0;
  if (has_vcl_hrd) {
    skip_hrd(reader);
  }
  if (has_nal_hrd || has_vcl_hrd) {
    reader.bit();  // low_delay_hrd_flag
  }
  reader.bit();  // pic_struct_present_flag
  if (reader.bit() == 0) {
    return std::nullopt;
  }
  reader.bit();  // motion_vectors_over_pic_boundaries_flag
  for (int i = 0; i < 4; ++i) {
    reader.ue();
  }
  const std::uint32_t reorder = reader.ue();
  return reader.is_past_end() || reorder > kReorderFramesMax ? std::nullopt
                                                             : std::optional(reorder);
}

}  // namespace

std::optional<SequenceFacts> read_h264_sequence(ByteView sps) {
  if (sps.size() < 4 || (sps[0] & 0x1F) != 7) {
    return std::nullopt;
  }
  BitReader reader(sps.subspan(1));
  const std::uint32_t profile = reader.bits(8);
  reader.bits(16);  // Constraints, level.
  reader.ue();      // seq_parameter_set_id
  const Chroma chroma = has_chroma_format(profile) ? read_chroma(reader) : Chroma{};
  const std::uint32_t order_type = skip_picture_order(reader);
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
  SequenceFacts facts{.width = full_x - cut_x, .height = full_y - cut_y};
  const bool is_in_order = profile == kBaseline || order_type == 2;
  facts.reorder_frames = is_in_order ? std::optional(0U) : std::nullopt;
  if (reader.bit() != 0) {
    if (const auto told = reorder_in_vui(reader); told.has_value()) {
      facts.reorder_frames = told;
    }
  }
  return facts;
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
