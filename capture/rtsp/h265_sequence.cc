// SPDX-License-Identifier: Apache-2.0
// H.265: sequence parameter sets and hvcC.
#include <algorithm>
#include <array>
#include <utility>

#include "capture/rtsp/bit_reader.h"
#include "capture/rtsp/sequence_facts.h"
#include "core/big_endian.h"

namespace candor::rtsp {
namespace {

constexpr std::uint32_t kSizeMax = 16384;
constexpr std::uint32_t kSubLayersMax = 7;
constexpr std::uint8_t kVps = 32;
constexpr std::uint8_t kSps = 33;
constexpr std::uint8_t kPps = 34;

// What a set says that hvcC says too.
struct Sequence {
  SequenceFacts facts;
  std::array<std::uint8_t, 12> profile_tier_level{};  // The general part, as it stands in hvcC.
  std::uint32_t sub_layers = 1;
  bool is_nested = false;
  std::uint32_t chroma_format = 1;
  std::uint32_t bit_depth_luma = 8;
  std::uint32_t bit_depth_chroma = 8;
};

void read_profile_tier_level(BitReader& reader, Sequence& sequence) {
  for (std::uint8_t& byte : sequence.profile_tier_level) {
    byte = static_cast<std::uint8_t>(reader.bits(8));
  }
  const std::uint32_t above = sequence.sub_layers - 1;
  std::array<std::pair<bool, bool>, kSubLayersMax> present{};
  for (std::uint32_t i = 0; i < above; ++i) {
    present.at(i).first = reader.bit() != 0;
    present.at(i).second = reader.bit() != 0;
  }
  if (above > 0) {
    reader.skip(static_cast<int>(2 * (8 - above)));
  }
  for (std::uint32_t i = 0; i < above; ++i) {
    reader.skip((present.at(i).first ? 88 : 0) + (present.at(i).second ? 8 : 0));
  }
}

// Reads width and height with their cropping; false when they are none.
bool read_size(BitReader& reader, Sequence& sequence) {
  const std::uint32_t width = reader.ue();
  const std::uint32_t height = reader.ue();
  std::array<std::uint32_t, 4> crop{};
  if (reader.bit() != 0) {
    for (std::uint32_t& side : crop) {
      side = reader.ue();
    }
  }
  if (width == 0 || height == 0 || width > kSizeMax || height > kSizeMax ||
      std::ranges::any_of(crop, [](std::uint32_t side) { return side > kSizeMax; })) {
    return false;
  }
  const std::uint32_t unit_x = sequence.chroma_format == 1 || sequence.chroma_format == 2 ? 2 : 1;
  const std::uint32_t unit_y = sequence.chroma_format == 1 ? 2 : 1;
  const std::uint32_t cut_x = unit_x * (crop[0] + crop[1]);
  const std::uint32_t cut_y = unit_y * (crop[2] + crop[3]);
  if (cut_x >= width || cut_y >= height) {
    return false;
  }
  sequence.facts.width = width - cut_x;
  sequence.facts.height = height - cut_y;
  return true;
}

void read_reordering(BitReader& reader, Sequence& sequence) {
  reader.ue();  // log2_max_pic_order_cnt_lsb_minus4
  const bool tells_each_layer = reader.bit() != 0;
  std::uint32_t reorder = 0;
  for (std::uint32_t i = tells_each_layer ? 0 : sequence.sub_layers - 1; i < sequence.sub_layers;
       ++i) {
    reader.ue();            // max_dec_pic_buffering_minus1
    reorder = reader.ue();  // max_num_reorder_pics; that of the highest layer stays.
    reader.ue();            // max_latency_increase_plus1
  }
  sequence.facts.reorder_frames = std::min(reorder, kReorderFramesMax);
}

std::optional<Sequence> read_sequence(ByteView sps) {
  if (sps.size() < 16 || (sps[0] >> 1 & 0x3F) != kSps) {
    return std::nullopt;
  }
  BitReader reader(sps.subspan(2));
  Sequence sequence;
  reader.bits(4);  // sps_video_parameter_set_id
  sequence.sub_layers = reader.bits(3) + 1;
  sequence.is_nested = reader.bit() != 0;
  if (sequence.sub_layers > kSubLayersMax) {
    return std::nullopt;
  }
  read_profile_tier_level(reader, sequence);
  reader.ue();  // sps_seq_parameter_set_id
  sequence.chroma_format = reader.ue();
  if (sequence.chroma_format == 3) {
    reader.bit();  // separate_colour_plane_flag
  }
  if (sequence.chroma_format > 3 || !read_size(reader, sequence)) {
    return std::nullopt;
  }
  sequence.bit_depth_luma = 8 + reader.ue();
  sequence.bit_depth_chroma = 8 + reader.ue();
  read_reordering(reader, sequence);
  return reader.is_past_end() ? std::nullopt : std::optional(sequence);
}

void append_array(Bytes& out, std::uint8_t type, ByteView set) {
  constexpr std::uint8_t kIsComplete = 0x80;
  out.push_back(static_cast<std::uint8_t>(kIsComplete | type));
  append_be(out, std::uint16_t{1});
  append_be(out, static_cast<std::uint16_t>(set.size()));
  out.insert(out.end(), set.begin(), set.end());
}

}  // namespace

std::optional<SequenceFacts> read_h265_sequence(ByteView sps) {
  const auto sequence = read_sequence(sps);
  return sequence.has_value() ? std::optional(sequence->facts) : std::nullopt;
}

Bytes make_hvcc(ByteView vps, ByteView sps, ByteView pps) {
  const Sequence sequence = read_sequence(sps).value_or(Sequence());
  Bytes out = {1};
  out.insert(out.end(), sequence.profile_tier_level.begin(), sequence.profile_tier_level.end());
  append_be(out, std::uint16_t{0xF000});  // min_spatial_segmentation_idc: not told.
  out.push_back(0xFC);                    // parallelismType: not told.
  out.push_back(static_cast<std::uint8_t>(0xFC | (sequence.chroma_format & 3)));
  out.push_back(static_cast<std::uint8_t>(0xF8 | ((sequence.bit_depth_luma - 8) & 7)));
  out.push_back(static_cast<std::uint8_t>(0xF8 | ((sequence.bit_depth_chroma - 8) & 7)));
  append_be(out, std::uint16_t{0});  // avgFrameRate: not told.
  // Sub-layers, nesting, and lengths of four bytes.
  out.push_back(
      static_cast<std::uint8_t>(sequence.sub_layers << 3 | (sequence.is_nested ? 4U : 0U) | 3U));
  out.push_back(3);
  append_array(out, kVps, vps);
  append_array(out, kSps, sps);
  append_array(out, kPps, pps);
  return out;
}

}  // namespace candor::rtsp
