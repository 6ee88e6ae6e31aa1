// SPDX-License-Identifier: Apache-2.0
#include "capture/rtsp/sdp.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "capture/rtsp/message.h"

namespace candor::rtsp {
namespace {

constexpr std::uint8_t kStaticPcmu = 0;
constexpr std::uint8_t kStaticPcma = 8;

constexpr std::uint32_t kAacRateMin = 7350;  // ISO/IEC 14496-3, table 1.18.
constexpr std::uint32_t kAacRateMax = 96'000;

template <typename Number>
Number number_or(std::string_view text, Number otherwise) {
  Number value = otherwise;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc() ? value : otherwise;
}

std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

std::string_view trim_left(std::string_view text) {
  const std::size_t at = text.find_first_not_of(' ');
  return at == std::string_view::npos ? "" : text.substr(at);
}

// One m= section while it is read.
struct Section {
  std::string media;
  std::uint8_t payload_type = 0;
  std::string encoding;
  std::uint32_t clock_rate = 0;
  std::uint32_t channels = 1;
  std::string fmtp;
  std::string control;
};

std::string fmtp_value(std::string_view fmtp, std::string_view name) {
  while (!fmtp.empty()) {
    std::string_view pair = trim_left(take_until(fmtp, ';'));
    const std::string_view key = take_until(pair, '=');
    if (equal_ignoring_case(key, name)) {
      return std::string(pair);
    }
  }
  return "";
}

SdpTrack common_part(const Section& section, Codec codec) {
  SdpTrack track;
  track.codec = codec;
  track.payload_type = section.payload_type;
  track.clock_rate = section.clock_rate;
  track.channels = section.channels;
  track.control = section.control;
  return track;
}

void add_parameter_sets(const Section& section, std::string_view parameter, SdpTrack& track) {
  const std::string sets = fmtp_value(section.fmtp, parameter);
  std::string_view rest = sets;
  while (!rest.empty()) {
    if (Bytes set = decode_base64(take_until(rest, ',')); !set.empty()) {
      track.parameter_sets.push_back(std::move(set));
    }
  }
}

std::optional<SdpTrack> h264_track(const Section& section) {
  SdpTrack track = common_part(section, Codec::kH264);
  add_parameter_sets(section, "sprop-parameter-sets", track);
  return track;
}

std::optional<SdpTrack> h265_track(const Section& section) {
  SdpTrack track = common_part(section, Codec::kH265);
  for (const char* parameter : {"sprop-vps", "sprop-sps", "sprop-pps"}) {
    add_parameter_sets(section, parameter, track);
  }
  // Decoding order numbers stand in every packet then; no camera was seen to send them.
  const bool has_order_numbers = number_or(fmtp_value(section.fmtp, "sprop-max-don-diff"), 0U) > 0;
  return has_order_numbers ? std::nullopt : std::optional(std::move(track));
}

std::optional<SdpTrack> aac_track(const Section& section) {
  SdpTrack track = common_part(section, Codec::kAac);
  track.audio_config = from_hex(fmtp_value(section.fmtp, "config")).value_or(Bytes());
  track.size_length = number_or(fmtp_value(section.fmtp, "sizelength"), track.size_length);
  track.index_length = number_or(fmtp_value(section.fmtp, "indexlength"), track.index_length);
  const bool is_sound = equal_ignoring_case(fmtp_value(section.fmtp, "mode"), "AAC-hbr") &&
                        track.audio_config.size() >= 2 && track.size_length <= 16 &&
                        track.size_length > 0 && track.index_length <= 16 &&
                        track.clock_rate >= kAacRateMin && track.clock_rate <= kAacRateMax;
  return is_sound ? std::optional(std::move(track)) : std::nullopt;
}

std::optional<SdpTrack> opus_track(const Section& section) {
  SdpTrack track = common_part(section, Codec::kOpus);
  // The rtpmap always says 2 (RFC 7587, 7): whether it is stereo stands in the parameters.
  track.channels = fmtp_value(section.fmtp, "sprop-stereo") == "1" ? 2 : 1;
  return section.clock_rate == 48000 ? std::optional(std::move(track)) : std::nullopt;
}

std::optional<SdpTrack> g711_track(const Section& section) {
  const bool is_alaw = equal_ignoring_case(section.encoding, "PCMA");
  const SdpTrack track = common_part(section, is_alaw ? Codec::kAlaw : Codec::kUlaw);
  const bool is_sound = track.clock_rate >= 8000 && track.clock_rate <= 48000 &&
                        track.channels >= 1 && track.channels <= 2;
  return is_sound ? std::optional(track) : std::nullopt;
}

struct Encoding {
  std::string_view media;
  std::string_view name;
  std::optional<SdpTrack> (*read)(const Section&);
};
constexpr std::array<Encoding, 6> kEncodings = {{{"video", "H264", h264_track},
                                                 {"video", "H265", h265_track},
                                                 {"audio", "MPEG4-GENERIC", aac_track},
                                                 {"audio", "OPUS", opus_track},
                                                 {"audio", "PCMA", g711_track},
                                                 {"audio", "PCMU", g711_track}}};

std::optional<SdpTrack> track_of(const Section& section) {
  for (const Encoding& encoding : kEncodings) {
    if (section.media == encoding.media && equal_ignoring_case(section.encoding, encoding.name)) {
      const bool has_clock = section.media == "audio" || section.clock_rate == 90000;
      return has_clock ? encoding.read(section) : std::nullopt;
    }
  }
  return std::nullopt;
}

void finish(const Section& section, Sdp& sdp) {
  auto track = track_of(section);
  if (!track.has_value()) {
    sdp.others += (sdp.others.empty() ? "" : ", ") +
                  (section.encoding.empty() ? section.media : section.encoding);
    return;
  }
  const bool is_first =
      std::none_of(sdp.tracks.begin(), sdp.tracks.end(),
                   [&](const SdpTrack& other) { return other.kind() == track->kind(); });
  if (is_first) {
    sdp.tracks.push_back(std::move(*track));
  }
}

void read_attribute(std::string_view value, std::optional<Section>& section, Sdp& sdp) {
  const std::string_view name = take_until(value, ':');
  if (name == "control") {
    (section.has_value() ? section->control : sdp.control) = std::string(value);
    return;
  }
  if (!section.has_value() || (name != "rtpmap" && name != "fmtp")) {
    return;
  }
  const auto payload_type = number_or<std::uint8_t>(take_until(value, ' '), 255);
  if (payload_type != section->payload_type) {
    return;
  }
  if (name == "fmtp") {
    section->fmtp = std::string(value);
    return;
  }
  section->encoding = std::string(take_until(value, '/'));
  section->clock_rate = number_or<std::uint32_t>(take_until(value, '/'), 0);
  section->channels = number_or<std::uint32_t>(value, 1);
}

Section begin_section(std::string_view value) {
  Section section;
  section.media = std::string(take_until(value, ' '));
  take_until(value, ' ');  // Port.
  take_until(value, ' ');  // Transport.
  section.payload_type = number_or<std::uint8_t>(take_until(value, ' '), 255);
  // Static payload types need no rtpmap (RFC 3551, 6).
  if (section.payload_type == kStaticPcmu || section.payload_type == kStaticPcma) {
    section.encoding = section.payload_type == kStaticPcmu ? "PCMU" : "PCMA";
    section.clock_rate = 8000;
  }
  return section;
}

}  // namespace

Result<Sdp> parse_sdp(std::string_view text) {
  Sdp sdp;
  std::optional<Section> section;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    if (!line.empty() && line.back() == '\r') {
      line.remove_suffix(1);
    }
    if (line.size() < 2 || line[1] != '=') {
      continue;
    }
    if (line[0] == 'm') {
      if (section.has_value()) {
        finish(*section, sdp);
      }
      section = begin_section(line.substr(2));
    } else if (line[0] == 'a') {
      read_attribute(line.substr(2), section, sdp);
    }
  }
  if (section.has_value()) {
    finish(*section, sdp);
  }
  if (sdp.tracks.empty()) {
    return fail(
        ErrorKind::kUnsupported,
        fmt::format("the camera offers only {}; Candor records H.264, H.265, AAC, Opus and G.711",
                    sdp.others.empty() ? "nothing" : sdp.others));
  }
  return sdp;
}

Bytes decode_base64(std::string_view text) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  Bytes out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') {
      break;
    }
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) {
      return {};
    }
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<std::uint8_t>(bits >> count));
    }
  }
  return out;
}

std::string resolve_control(std::string_view base, std::string_view control) {
  if (control.empty() || control == "*") {
    return std::string(base);
  }
  if (control.rfind("rtsp://", 0) == 0 || control.rfind("rtsps://", 0) == 0) {
    return std::string(control);
  }
  const bool has_slash = !base.empty() && base.back() == '/';
  return fmt::format("{}{}{}", base, has_slash ? "" : "/", control);
}

}  // namespace candor::rtsp
