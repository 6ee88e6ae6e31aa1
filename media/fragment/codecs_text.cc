// SPDX-License-Identifier: Apache-2.0
#include "media/fragment/codecs_text.h"

#include <array>

#include <fmt/format.h>

#include "core/big_endian.h"

namespace candor::media {
namespace {

constexpr std::size_t kAvccBytesMin = 7;
constexpr std::size_t kHvccBytesMin = 23;
constexpr std::size_t kOpusHeadBytesMin = 19;

// Annex B would start with 0.
Result<void> check_record(const Bytes& config, std::size_t bytes_min, std::string_view what) {
  if (config.size() < bytes_min || config[0] != 1) {
    return fail(ErrorKind::kInvalidArgument, fmt::format("{} record is not one", what));
  }
  return {};
}

// The 32 compatibility flags are written with the first one lowest.
std::uint32_t reversed(std::uint32_t bits) {
  std::uint32_t result = 0;
  for (int i = 0; i < 32; ++i) {
    result = result << 1 | (bits >> i & 1U);
  }
  return result;
}

std::string hevc_text(const Bytes& hvcc) {
  constexpr std::array<std::string_view, 4> kSpaces = {"", "A", "B", "C"};
  std::string text = fmt::format("hvc1.{}{}.{:X}.{}{}", kSpaces.at(hvcc[1] >> 6), hvcc[1] & 0x1F,
                                 reversed(get_be<std::uint32_t>(&hvcc[2])),
                                 (hvcc[1] & 0x20) != 0 ? 'H' : 'L', hvcc[12]);
  std::size_t last = 12;  // Constraint bytes 6 to 11; zeros at the end are left out.
  while (last > 6 && hvcc[last - 1] == 0) {
    --last;
  }
  for (std::size_t i = 6; i < last; ++i) {
    text += fmt::format(".{:X}", hvcc[i]);
  }
  return text;
}

}  // namespace

Result<std::string> codecs_text(const MediaFormat& format) {
  const Bytes& config = format.codec_config;
  switch (format.codec) {
    case Codec::kH264:
      CANDOR_CHECK(check_record(config, kAvccBytesMin, "H.264: avcC"));
      return fmt::format("avc1.{:02x}{:02x}{:02x}", config[1], config[2], config[3]);
    case Codec::kH265:
      CANDOR_CHECK(check_record(config, kHvccBytesMin, "H.265: hvcC"));
      return hevc_text(config);
    case Codec::kAac:
      if (config.size() < 2) {
        return fail(ErrorKind::kInvalidArgument, "AAC configuration is shorter than 2 bytes");
      }
      return fmt::format("mp4a.40.{}", config[0] >> 3);
    case Codec::kOpus:
      if (config.size() < kOpusHeadBytesMin) {
        return fail(ErrorKind::kInvalidArgument, "OpusHead is shorter than 19 bytes");
      }
      return "opus";
    case Codec::kAlaw:
      return "alaw";
    case Codec::kUlaw:
      return "ulaw";
  }
  return fail(ErrorKind::kInternal, "a codec without a name");
}

}  // namespace candor::media
