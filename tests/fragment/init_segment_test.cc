// SPDX-License-Identifier: Apache-2.0
#include "media/fragment/init_segment.h"

#include <fstream>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "tests/support/stream_text.h"
#include "tests/support/temp_folder.h"

extern "C" {
#include <libavformat/avformat.h>
}

namespace candor::media {
namespace {

TEST(InitSegmentTest, NamesTheCodecsAsBrowsersExpect) {
  const auto video = make_init_segment(test::h264_format());
  const auto audio = make_init_segment(test::aac_format());
  ASSERT_TRUE(video.has_value()) << video.error().message();
  ASSERT_TRUE(audio.has_value()) << audio.error().message();
  EXPECT_EQ((*video)->codecs, "avc1.64000d");
  EXPECT_EQ((*audio)->codecs, "mp4a.40.2");
}

MediaFormatPtr sound(Codec codec, std::uint32_t rate, Bytes config) {
  auto format = std::make_shared<MediaFormat>();
  format->kind = MediaKind::kAudio;
  format->codec = codec;
  format->timescale = format->sample_rate = rate;
  format->channels = 1;
  format->codec_config = std::move(config);
  return format;
}

// "alaw 8000 Hz 1 channel": what libavformat reads in an init segment of ours.
std::string as_libavformat_reads(const Bytes& init) {
  const test::TempFolder folder;
  const std::string path = folder / "init.mp4";
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(init.data()), static_cast<std::streamsize>(init.size()));
  AVFormatContext* context = nullptr;
  if (avformat_open_input(&context, path.c_str(), nullptr, nullptr) < 0) {
    return "unreadable";
  }
  std::string text = std::to_string(context->nb_streams) + " tracks";
  if (context->nb_streams == 1) {
    const AVCodecParameters& codec = *context->streams[0]->codecpar;
    text = std::string(avcodec_get_name(codec.codec_id)) + " " +
           (codec.codec_type == AVMEDIA_TYPE_VIDEO
                ? std::to_string(codec.width) + "x" + std::to_string(codec.height)
                : std::to_string(codec.sample_rate) + "/" +
                      std::to_string(codec.ch_layout.nb_channels));
  }
  avformat_close_input(&context);
  return text;
}

std::string described(const MediaFormatPtr& format) {
  const auto init = make_init_segment(format);
  return init.has_value() ? (*init)->codecs + ": " + as_libavformat_reads((*init)->bytes)
                          : init.error().message();
}

TEST(InitSegmentTest, DescribesEveryCodecThatIsRecorded) {
  auto hevc = std::make_shared<MediaFormat>();
  hevc->codec = Codec::kH265;
  hevc->timescale = 90000;
  hevc->width = 1920;
  hevc->height = 1080;
  hevc->codec_config = test::hvcc_1080();
  EXPECT_EQ(described(hevc), "hvc1.1.6.L120.90: hevc 1920x1080");
  EXPECT_EQ(described(test::h264_format()), "avc1.64000d: h264 320x240");
  EXPECT_EQ(described(test::aac_format()), "mp4a.40.2: aac 48000/1");
  EXPECT_EQ(described(sound(Codec::kAlaw, 8000, {})), "alaw: pcm_alaw 8000/1");
  EXPECT_EQ(described(sound(Codec::kUlaw, 16000, {})), "ulaw: pcm_mulaw 16000/1");
  const Bytes head = from_hex("4f707573486561640101380180bb0000000000").value();
  EXPECT_EQ(described(sound(Codec::kOpus, 48000, head)), "opus: opus 48000/1");
}

TEST(InitSegmentTest, SaysWhichConfigurationIsNone) {
  EXPECT_EQ(described(sound(Codec::kOpus, 48000, {1, 2})), "OpusHead is shorter than 19 bytes");
  EXPECT_EQ(described(sound(Codec::kAac, 48000, {1})), "AAC configuration is shorter than 2 bytes");
}

TEST(InitSegmentTest, GivesTheSameBytesForTheSameFormat) {
  EXPECT_EQ((*make_init_segment(test::h264_format()))->bytes,
            (*make_init_segment(test::h264_format()))->bytes);
}

TEST(InitSegmentTest, RefusesAnAnnexBConfiguration) {
  auto format = std::make_shared<MediaFormat>(*test::h264_format());
  format->codec_config = {0, 0, 0, 1, 0x67, 0x64, 0, 0x0d};
  EXPECT_FALSE(make_init_segment(format).has_value());
}

}  // namespace
}  // namespace candor::media
