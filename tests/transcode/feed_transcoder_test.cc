// SPDX-License-Identifier: Apache-2.0
// Streams that browsers do not play, in at one end and out at the other: what comes out is decoded
// and judged.
#include "transcode/feed_transcoder.h"

#include <cstdlib>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/big_endian.h"
#include "media/bmff/box_reader.h"
#include "tests/support/g711_feed.h"
#include "tests/support/temp_folder.h"
#include "transcode/av.h"
#include "transcode/message_pipe.h"

namespace candor::transcode {
namespace {

using test::kFeedBegin;
using test::kTone;
using test::sound_init;
using test::sound_packet;

// What a command says of a file of these messages' bodies; "{}" in it is the file.
std::string asked(const std::vector<Bytes>& messages, std::string command) {
  const test::TempFolder folder;
  const std::string path = folder / "out.mp4";
  std::ofstream file(path, std::ios::binary);
  for (const Bytes& one : messages) {
    file.write(reinterpret_cast<const char*>(one.data()) + 16,
               static_cast<std::streamsize>(one.size() - 16));
  }
  file.close();
  command.replace(command.find("{}"), 2, path);
  EXPECT_EQ(std::system((command + " > " + (folder / "said")).c_str()), 0) << command;
  std::ifstream said(folder / "said", std::ios::binary);
  return {std::istreambuf_iterator<char>(said), std::istreambuf_iterator<char>()};
}

// Of one second from the first half second on, by its crossings of zero.
double tone_of(const std::vector<Bytes>& messages) {
  const std::string pcm = asked(messages, "ffmpeg -v error -i {} -f s16le -ac 1 -ar 48000 -");
  int crossings = 0;
  bool was_positive = false;
  for (std::size_t at = 48000; at + 1 < std::min<std::size_t>(pcm.size(), 3 * 48000); at += 2) {
    const bool is_positive = (pcm[at + 1] & 0x80) == 0;
    crossings += is_positive != was_positive ? 1 : 0;
    was_positive = is_positive;
  }
  return crossings / 2.0;
}

std::vector<Bytes> through(FeedTranscoder& transcoder, const std::vector<Bytes>& messages) {
  std::vector<Bytes> out;
  for (const Bytes& one : messages) {
    auto made = transcoder.take(one);
    EXPECT_TRUE(made.has_value()) << made.error().message();
    if (made.has_value()) {
      out.insert(out.end(), made->begin(), made->end());
    }
  }
  return out;
}

TEST(FeedTranscoderTest, MakesAacOfG711WithTheSameToneAndTime) {
  FeedTranscoder transcoder({.target = Target::kAac});
  std::vector<Bytes> in = {sound_init()};
  for (int i = 0; i < 100; ++i) {
    in.push_back(sound_packet(i));
  }

  const std::vector<Bytes> out = through(transcoder, in);

  EXPECT_THAT(asked(out,
                    "ffprobe -v error -show_entries stream=codec_name,sample_rate,channels "
                    "-of csv=p=0 {}"),
              testing::StartsWith("aac,48000,1"));
  // Two seconds, less what the encoder still holds; the first sound where the first packet was.
  EXPECT_NEAR(static_cast<double>(out.size() - 1) * 1024 / 48000, 2.0, 0.1);
  EXPECT_NEAR(
      std::stod(asked(out, "ffprobe -v error -show_entries stream=start_time -of csv=p=0 {}")),
      static_cast<double>(kFeedBegin), 0.03);
  EXPECT_NEAR(tone_of(out), kTone, 5);
}

TEST(FeedTranscoderTest, AHoleInTheSoundStaysAHole) {
  FeedTranscoder transcoder({.target = Target::kAac});
  std::vector<Bytes> in = {sound_init()};
  for (const int first : {0, 150}) {
    for (int i = 0; i < 50; ++i) {
      in.push_back(sound_packet(first + i));
    }
  }

  const std::vector<Bytes> out = through(transcoder, in);

  const double end =
      std::stod(asked(out, "ffprobe -v error -show_entries format=duration -of csv=p=0 {}"));
  EXPECT_NEAR(end - kFeedBegin, 4.0, 0.15);
}

// A second of H.265 as ffmpeg writes it, a fragment a frame: the feed of a camera.
std::vector<Bytes> h265_feed() {
  const test::TempFolder folder;
  const std::string path = folder / "in.mp4";
  const std::string command =
      "ffmpeg -v error -f lavfi -i testsrc=size=640x480:rate=25 -frames:v 25 -pix_fmt yuv420p "
      "-c:v libx265 -preset ultrafast -x265-params log-level=none:bframes=2 -tag:v hvc1 "
      "-movflags empty_moov+default_base_moof+frag_every_frame " +
      path;
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const ByteView bytes = as_bytes(text);
  bmff::BoxReader reader(bytes);
  std::vector<Bytes> messages;
  std::size_t begin = 0;
  for (auto box = reader.next(); box.has_value() && box->has_value(); box = reader.next()) {
    const bool ends = (*box)->type == bmff::fourcc("moov") || (*box)->type == bmff::fourcc("mdat");
    if (ends) {
      messages.push_back(test::feed_message(messages.empty() ? 1 : 2,
                                            bytes.subspan(begin, (*box)->end() - begin)));
      begin = (*box)->end();
    }
  }
  return messages;
}

TEST(FeedTranscoderTest, MakesASmallerH264OfH265WithEveryFrame) {
  FeedTranscoder transcoder({.target = Target::kH264, .height_max = 240});

  const std::vector<Bytes> out = through(transcoder, h265_feed());

  EXPECT_THAT(asked(out,
                    "ffprobe -v error -count_frames -show_entries "
                    "stream=codec_name,profile,width,height,nb_read_frames -of csv=p=0 {}"),
              testing::StartsWith("h264,Constrained Baseline,320,240,"));
  // The decoder holds back what it reorders.
  EXPECT_GE(out.size(), 1 + 25 - 4U);
  EXPECT_EQ(asked(out, "ffmpeg -v error -xerror -i {} -f null -"), "");
}

TEST(FeedTranscoderTest, RefusesWhatIsNoFeed) {
  FeedTranscoder transcoder({});
  EXPECT_FALSE(transcoder.take(Bytes{1, 2, 3}).has_value());
  EXPECT_FALSE(transcoder.take(sound_packet(0)).has_value()) << "no init yet";
  EXPECT_FALSE(transcoder.take(test::feed_message(1, Bytes(100, 0xAB))).has_value());
  EXPECT_FALSE(FeedTranscoder({.target = Target::kH264}).take(sound_init()).has_value());
}

// How many bytes the program makes of a feed; -1 when it fails.
int bytes_of_program(const std::string& arguments, const std::vector<Bytes>& feed) {
  const test::TempFolder folder;
  {
    std::ofstream in(folder / "in", std::ios::binary);
    for (const Bytes& one : feed) {
      Bytes length;
      append_be(length, static_cast<std::uint32_t>(one.size()));
      in.write(reinterpret_cast<const char*>(length.data()), 4);
      in.write(reinterpret_cast<const char*>(one.data()), static_cast<std::streamsize>(one.size()));
    }
  }
  const std::string command = std::string(CANDOR_TRANSCODE) + " " + arguments + " < " +
                              (folder / "in") + " | wc --bytes > " + (folder / "out");
  if (std::system(("bash -o pipefail -c '" + command + "'").c_str()) != 0) {
    return -1;
  }
  std::ifstream out(folder / "out");
  int bytes = -1;
  out >> bytes;
  return bytes;
}

TEST(FeedTranscoderTest, MakesSoundInItsSandboxAsAProgramOfItsOwn) {
  const std::vector<Bytes> feed = {sound_init(), sound_packet(0), sound_packet(1), sound_packet(2)};
  EXPECT_GT(bytes_of_program("--to aac", feed), 500) << "an init segment and a frame";
}

// Seen: the sandbox killed it at the first picture.
TEST(FeedTranscoderTest, MakesPicturesOfEachSizeInItsSandbox) {
  for (const char* height : {"240", "480", "720"}) {
    EXPECT_GT(bytes_of_program(std::string("--to h264 --height ") + height, h265_feed()), 3000)
        << height;
  }
}

}  // namespace
}  // namespace candor::transcode
