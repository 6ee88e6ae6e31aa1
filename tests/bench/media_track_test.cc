// SPDX-License-Identifier: Apache-2.0
// What a camera offers, and in which order and with which stamps its pictures go out.
#include "bench/camsim/media_track.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/camsim/clip.h"
#include "core/bytes.h"
#include "core/error.h"
#include "core/media.h"

namespace candor::camsim {
namespace {

using testing::HasSubstr;

VideoClip h264_clip() {
  VideoClip clip;
  clip.parameter_sets = {{0x67, 0x64, 0, 0x28}, {0x68, 0xee}};
  return clip;
}

/// Pictures in the order of decoding, each with its place in the order of showing: "I0 P3 B1 B2".
/// The picture's NAL unit holds that place.
VideoClip clip_of(const std::vector<std::int32_t>& shown, std::int32_t delay) {
  VideoClip clip = h264_clip();
  for (std::size_t n = 0; n < shown.size(); ++n) {
    clip.units.push_back({{Bytes{0x41, static_cast<std::uint8_t>(shown[n])}},
                          n == 0,
                          shown[n] + delay - static_cast<std::int32_t>(n)});
  }
  return clip;
}

/// Each slot's picture and the frame it is stamped with: "3@3".
std::string sent_by(const RtpTrack& track) {
  std::string text;
  for (std::size_t slot = 0; slot < track.units.size(); ++slot) {
    const RtpUnit& unit = track.units[slot];
    text += fmt::format("{}{}@{}", slot == 0 ? "" : " ", unit.wire[kPacketHeaderBytes + 1],
                        static_cast<std::int32_t>(slot) + unit.time_shift / 3600);
  }
  return text;
}

TEST(MediaTrackTest, PicturesInOrderAreStampedAsTheyGoOut) {
  EXPECT_EQ(sent_by(make_video_track(clip_of({0, 1, 2, 3}, 0))), "0@0 1@1 2@2 3@3");
}

TEST(MediaTrackTest, PicturesBeforeABFrameAreSentWhenTheyWereTakenAndStampedSo) {
  // 5 and 4 are the end of the round before: stamped -1 and -2 there.
  EXPECT_EQ(sent_by(make_video_track(clip_of({0, 3, 1, 2, 5, 4}, 1))), "5@-1 4@-2 0@0 3@3 1@1 2@2");
}

TEST(MediaTrackTest, ClipsTakeTurnsWithTheirParameterSets) {
  VideoClip first = h264_clip();
  for (std::size_t n = 0; n < 2 * kFramesPerPart; ++n) {
    first.units.push_back({{Bytes{0x41, 1}}, n % 50 == 0});
  }
  VideoClip second = first;
  second.parameter_sets = {{0x67, 0x42, 0, 0x1e}, {0x68, 0xcc}};
  const auto track = make_changing_track(std::vector{first, second});
  ASSERT_TRUE(track.has_value()) << track.error().message();
  ASSERT_EQ(track->units.size(), 2 * kFramesPerPart);
  EXPECT_EQ(track->units[0].packet_offsets.size(), 3U);
  EXPECT_EQ(track->units[1].packet_offsets.size(), 1U);
  EXPECT_EQ(track->units[50].wire[kPacketHeaderBytes + 1], 0x64);
  EXPECT_EQ(track->units[kFramesPerPart].wire[kPacketHeaderBytes + 1], 0x42);
}

TEST(MediaTrackTest, ClipsThatCannotTakeTurnsAreRefused) {
  const std::vector clips{clip_of({0, 1}, 0), clip_of({0, 1, 2}, 0)};
  const auto track = make_changing_track(clips);
  ASSERT_FALSE(track.has_value());
  EXPECT_EQ(track.error().kind(), ErrorKind::kInvalidArgument);
}

TEST(MediaTrackTest, H265IsDescribedByItsThreeParameterSets) {
  VideoClip clip;
  clip.codec = Codec::kH265;
  clip.parameter_sets = {{0x40, 1}, {0x42, 1}, {0x44, 1}};
  clip.units.push_back({{Bytes{0x26, 1, 5}}, true});
  const std::string text = make_video_track(clip).media_description;
  EXPECT_THAT(text, HasSubstr("a=rtpmap:96 H265/90000\r\n"));
  EXPECT_THAT(text, HasSubstr("a=fmtp:96 sprop-vps=QAE=;sprop-sps=QgE=;sprop-pps=RAE=\r\n"));
}

std::string description_of(Codec codec, std::uint32_t rate) {
  AudioClip clip;
  clip.codec = codec;
  clip.frames = {Bytes(160, 0xd5)};
  clip.sample_rate = rate;
  clip.channels = 1;
  clip.samples_per_frame = rate / 50;
  const RtpTrack track = make_audio_track(clip);
  EXPECT_EQ(track.clock_rate, rate);
  EXPECT_EQ(track.ticks_per_unit, rate / 50);
  return track.media_description;
}

TEST(MediaTrackTest, G711HasItsStaticPayloadTypes) {
  EXPECT_EQ(description_of(Codec::kAlaw, 8000),
            "m=audio 0 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000/1\r\n");
  EXPECT_EQ(description_of(Codec::kUlaw, 8000),
            "m=audio 0 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000/1\r\n");
}

TEST(MediaTrackTest, OpusIsAlwaysSaidToHaveTwoChannels) {
  EXPECT_EQ(description_of(Codec::kOpus, 48000),
            "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 opus/48000/2\r\na=fmtp:97 sprop-stereo=0\r\n");
}

}  // namespace
}  // namespace candor::camsim
