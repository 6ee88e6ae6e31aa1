// SPDX-License-Identifier: Apache-2.0
// Tracks and the media descriptions that go with them.
#include "bench/camsim/media_track.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "bench/camsim/clip.h"
#include "bench/camsim/rtp.h"
#include "core/base64.h"
#include "core/bytes.h"
#include "core/error.h"
#include "core/media.h"
#include "core/result.h"

namespace candor::camsim {
namespace {

constexpr std::uint8_t kVideoPayloadType = 96;
constexpr std::uint8_t kAudioPayloadType = 97;
constexpr std::uint8_t kStaticPcmu = 0;  // RFC 3551, 6.
constexpr std::uint8_t kStaticPcma = 8;
constexpr std::uint32_t kVideoClockRate = 90000;
constexpr std::uint32_t kTicksPerFrame = kVideoClockRate / 25;

std::string h264_parameters(const std::vector<Bytes>& sets) {
  std::string all;
  for (const Bytes& set : sets) {
    all += (all.empty() ? "" : ",") + to_base64(set);
  }
  return fmt::format("packetization-mode=1;profile-level-id={};sprop-parameter-sets={}",
                     to_hex(ByteView(sets.front()).subspan(1, 3)), all);
}

std::string h265_parameters(const std::vector<Bytes>& sets) {
  std::string vps;
  std::string sps;
  std::string pps;
  for (const Bytes& set : sets) {
    std::string& text = (set[0] >> 1) == 32 ? vps : (set[0] >> 1) == 33 ? sps : pps;
    text += (text.empty() ? "" : ",") + to_base64(set);
  }
  return fmt::format("sprop-vps={};sprop-sps={};sprop-pps={}", vps, sps, pps);
}

std::string describe(const VideoClip& clip) {
  const bool is_h265 = clip.codec == Codec::kH265;
  return fmt::format(
      "m=video 0 RTP/AVP {0}\r\na=rtpmap:{0} {1}/{2}\r\na=framerate:25\r\na=fmtp:{0} {3}\r\n",
      kVideoPayloadType, is_h265 ? "H265" : "H264", kVideoClockRate,
      is_h265 ? h265_parameters(clip.parameter_sets) : h264_parameters(clip.parameter_sets));
}

RtpUnit packetize(std::span<const Bytes> nals, Codec codec) {
  return codec == Codec::kH265 ? packetize_h265(nals, kVideoPayloadType)
                               : packetize_h264(nals, kVideoPayloadType);
}

RtpTrack empty_video_track(const VideoClip& first) {
  RtpTrack track;
  track.clock_rate = kVideoClockRate;
  track.ticks_per_unit = kTicksPerFrame;
  track.is_picture = true;
  track.media_description = describe(first);
  return track;
}

/// The longest wait from decoding to showing: stamped by it, no picture goes out before it was
/// taken.
std::int32_t largest_reorder(const VideoClip& clip) {
  return std::ranges::max_element(clip.units, {}, &AccessUnit::reorder)->reorder;
}

bool can_follow(const VideoClip& first, const VideoClip& clip) {
  bool can_start = clip.codec == first.codec && clip.units.size() == first.units.size();
  for (std::size_t n = 0; can_start && n < clip.units.size(); ++n) {
    can_start = clip.units[n].reorder == 0 && (n % kFramesPerPart != 0 || clip.units[n].key);
  }
  return can_start;
}

std::uint8_t payload_type_of(Codec codec) {
  switch (codec) {
    case Codec::kAlaw:
      return kStaticPcma;
    case Codec::kUlaw:
      return kStaticPcmu;
    default:
      return kAudioPayloadType;
  }
}

std::string describe(const AudioClip& clip) {
  const std::uint8_t type = payload_type_of(clip.codec);
  const std::string text = fmt::format("m=audio 0 RTP/AVP {0}\r\na=rtpmap:{0} ", type);
  switch (clip.codec) {
    case Codec::kOpus:  // Always said to be of two channels: RFC 7587, 7.
      return text + fmt::format("opus/48000/2\r\na=fmtp:{} sprop-stereo={}\r\n", type,
                                clip.channels == 2 ? 1 : 0);
    case Codec::kAlaw:
    case Codec::kUlaw:
      return text + fmt::format("{}/{}/{}\r\n", clip.codec == Codec::kAlaw ? "PCMA" : "PCMU",
                                clip.sample_rate, clip.channels);
    default:
      return text +
             fmt::format(
                 "MPEG4-GENERIC/{1}/{2}\r\na=fmtp:{0} streamtype=5;profile-level-id=1;mode=AAC-hbr;"
                 "sizelength=13;indexlength=3;indexdeltalength=3;config={3}\r\n",
                 type, clip.sample_rate, clip.channels, to_hex(clip.config));
  }
}

}  // namespace

RtpTrack make_video_track(const VideoClip& clip) {
  RtpTrack track = empty_video_track(clip);
  track.units.reserve(clip.units.size());
  const std::int32_t largest = largest_reorder(clip);
  for (const AccessUnit& unit : clip.units) {
    track.units.push_back(packetize(unit.nals, clip.codec));
    track.units.back().time_shift =
        (unit.reorder - largest) * static_cast<std::int32_t>(kTicksPerFrame);
  }
  // The first picture is picture 0 and stamped so; it is sent that much later.
  const std::int32_t lead = largest - clip.units.front().reorder;
  std::ranges::rotate(track.units, track.units.end() - lead);
  return track;
}

Result<RtpTrack> make_changing_track(std::span<const VideoClip> clips) {
  const VideoClip& first = clips.front();
  if (!std::ranges::all_of(clips, [&](const auto& clip) { return can_follow(first, clip); })) {
    return fail(ErrorKind::kInvalidArgument,
                fmt::format("clips that take turns must be of one codec and length, without "
                            "B-frames and with a key frame each {} frames",
                            kFramesPerPart));
  }
  RtpTrack track = empty_video_track(first);
  for (std::size_t n = 0; n < first.units.size(); ++n) {
    const VideoClip& clip = clips[n / kFramesPerPart % clips.size()];
    std::vector<Bytes> nals;
    if (clip.units[n].key) {
      nals = clip.parameter_sets;
    }
    std::ranges::copy(clip.units[n].nals, std::back_inserter(nals));
    track.units.push_back(packetize(nals, clip.codec));
  }
  return track;
}

RtpTrack make_audio_track(const AudioClip& clip) {
  RtpTrack track;
  track.clock_rate = clip.sample_rate;
  track.ticks_per_unit = clip.samples_per_frame;
  track.media_description = describe(clip);
  track.units.reserve(clip.frames.size());
  const std::uint8_t type = payload_type_of(clip.codec);
  std::ranges::transform(clip.frames, std::back_inserter(track.units), [&](const Bytes& frame) {
    return clip.codec == Codec::kAac ? packetize_aac(frame, type) : packetize_sound(frame, type);
  });
  return track;
}

}  // namespace candor::camsim
