// SPDX-License-Identifier: Apache-2.0
#include "capture/rtsp/sdp.h"

#include <string>

#include <gmock/gmock.h>

namespace candor::rtsp {
namespace {

using testing::HasSubstr;

constexpr std::string_view kVideo =
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
    "a=fmtp:96 packetization-mode=1; sprop-parameter-sets=Z0LAHtkA,aMuDyyA=\r\n"
    "a=control:trackID=0\r\n";
constexpr std::string_view kAudio =
    "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/48000/1\r\n"
    "a=fmtp:97 streamtype=5;mode=AAC-hbr;config=1188;SizeLength=13;IndexLength=3\r\n"
    "a=control:rtsp://camera/sound\r\n";
constexpr std::string_view kJpeg = "m=video 0 RTP/AVP 26\r\na=rtpmap:26 JPEG/90000\r\n";

std::string error_of(std::string_view text) {
  const auto sdp = parse_sdp(text);
  return sdp.has_value() ? "none" : sdp.error().message();
}

TEST(SdpTest, FindsVideoAndSound) {
  const auto sdp = parse_sdp("v=0\r\na=control:*\r\n" + std::string(kVideo) + std::string(kAudio));

  ASSERT_TRUE(sdp.has_value());
  ASSERT_EQ(sdp->tracks.size(), 2U);
  EXPECT_EQ(sdp->control, "*");
  EXPECT_EQ(sdp->tracks[0].control, "trackID=0");
  EXPECT_EQ(sdp->tracks[0].clock_rate, 90000U);
  ASSERT_EQ(sdp->tracks[0].parameter_sets.size(), 2U);
  EXPECT_EQ(to_hex(sdp->tracks[0].parameter_sets[1]), "68cb83cb20");
  EXPECT_EQ(sdp->tracks[1].payload_type, 97);
  EXPECT_EQ(to_hex(sdp->tracks[1].audio_config), "1188");
  EXPECT_EQ(sdp->tracks[1].control, "rtsp://camera/sound");
}

TEST(SdpTest, TakesTheFirstOfEachKindThatCanBeRecorded) {
  const auto sdp = parse_sdp(std::string(kJpeg) + std::string(kVideo) + std::string(kVideo));

  ASSERT_TRUE(sdp.has_value());
  EXPECT_EQ(sdp->tracks.size(), 1U);
  EXPECT_EQ(sdp->others, "JPEG");
}

TEST(SdpTest, NamesWhatIsOfferedWhenNothingCanBeRecorded) {
  EXPECT_EQ(error_of(std::string(kJpeg) + "m=audio 0 RTP/AVP 98\r\na=rtpmap:98 G726-32/8000\r\n"),
            "the camera offers only JPEG, G726-32; Candor records H.264, H.265, AAC, Opus and "
            "G.711");
  EXPECT_THAT(error_of("v=0\r\n"), HasSubstr("only nothing"));
  EXPECT_THAT(error_of("m=video 0 RTP/AVP 26\n"), HasSubstr("only video"));
}

// "H.265 90000/1+3": codec, clock, channels, parameter sets.
std::string track_text(const std::string& section) {
  const auto sdp = parse_sdp(section);
  if (!sdp.has_value()) {
    return "none";
  }
  const SdpTrack& track = sdp->tracks.front();
  return std::string(to_string(track.codec)) + " " + std::to_string(track.clock_rate) + "/" +
         std::to_string(track.channels) + "+" + std::to_string(track.parameter_sets.size());
}

TEST(SdpTest, KnowsEveryCodecThatIsRecorded) {
  EXPECT_EQ(track_text("m=video 0 RTP/AVP 96\na=rtpmap:96 H265/90000\n"
                       "a=fmtp:96 sprop-vps=QAEMAf//;sprop-sps=QgEBAWAA;sprop-pps=RAHBcrRi\n"),
            "H.265 90000/1+3");
  EXPECT_EQ(track_text("m=audio 0 RTP/AVP 97\na=rtpmap:97 opus/48000/2\n"), "Opus 48000/1+0");
  EXPECT_EQ(track_text("m=audio 0 RTP/AVP 97\na=rtpmap:97 opus/48000/2\n"
                       "a=fmtp:97 sprop-stereo=1\n"),
            "Opus 48000/2+0");
  EXPECT_EQ(track_text("m=audio 0 RTP/AVP 0\n"), "G.711 mu-law 8000/1+0");
  EXPECT_EQ(track_text("m=audio 0 RTP/AVP 8\n"), "G.711 A-law 8000/1+0");
  EXPECT_EQ(track_text("m=audio 0 RTP/AVP 98\na=rtpmap:98 PCMA/16000/2\n"),
            "G.711 A-law 16000/2+0");
}

TEST(SdpTest, RefusesSoundThatCannotBeUnpacked) {
  for (const char* fmtp :
       {"mode=AAC-lbr;config=1188", "mode=AAC-hbr;config=zz",
        "mode=AAC-hbr;config=1188;sizelength=0", "mode=AAC-hbr;config=1188;sizelength=99"}) {
    EXPECT_THAT(error_of("m=audio 0 RTP/AVP 97\na=rtpmap:97 mpeg4-generic/48000\na=fmtp:97 " +
                         std::string(fmtp) + "\n"),
                HasSubstr("mpeg4-generic"))
        << fmtp;
  }
}

TEST(SdpTest, ResolvesControlsAgainstTheBase) {
  EXPECT_EQ(resolve_control("rtsp://c/live", "trackID=1"), "rtsp://c/live/trackID=1");
  EXPECT_EQ(resolve_control("rtsp://c/live/", "trackID=1"), "rtsp://c/live/trackID=1");
  EXPECT_EQ(resolve_control("rtsp://c/live", "rtsp://d/x"), "rtsp://d/x");
  EXPECT_EQ(resolve_control("rtsp://c/live", "*"), "rtsp://c/live");
  EXPECT_EQ(resolve_control("rtsp://c/live", ""), "rtsp://c/live");
}

TEST(SdpTest, ReadsBase64) {
  EXPECT_EQ(as_text(decode_base64("aGVsbG8=")), "hello");
  EXPECT_TRUE(decode_base64("a b").empty());
  EXPECT_TRUE(decode_base64("").empty());
}

}  // namespace
}  // namespace candor::rtsp
