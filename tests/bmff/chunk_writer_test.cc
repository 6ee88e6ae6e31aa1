// SPDX-License-Identifier: Apache-2.0
// Our moof writer against libavformat's, box by box: the same samples must read the same.
#include "media/bmff/chunk_writer.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/bmff/box_reader.h"
#include "media/bmff/chunk_reader.h"
#include "tests/support/stream_text.h"

extern "C" {
#include <libavformat/avformat.h>
}

namespace candor::bmff {
namespace {

constexpr std::int64_t kDecodeTime = 161'100'000'000'000;  // Ticks since 1970, as recorded.

struct Moof {
  std::string boxes;  // Types in the order they stand in.
  MovieFragment fragment;
};

void list_boxes(ByteView bytes, std::string& out) {
  BoxReader reader(bytes);
  for (auto box = reader.next(); box.has_value() && box->has_value(); box = reader.next()) {
    out += fourcc_text((*box)->type) + " ";
    if ((*box)->type == fourcc("moof") || (*box)->type == fourcc("traf")) {
      list_boxes(reader.payload(**box), out);
    }
  }
}

Moof read(ByteView bytes) {
  Moof moof;
  BoxReader reader(bytes);
  for (auto box = reader.next(); box.has_value() && box->has_value(); box = reader.next()) {
    if ((*box)->type == fourcc("moof")) {
      list_boxes(reader.whole(**box), moof.boxes);
      moof.fragment = parse_moof(reader.whole(**box)).value();
    }
  }
  return moof;
}

int append(void* opaque, std::uint8_t* data, int size) {
  auto& out = *static_cast<Bytes*>(opaque);
  out.insert(out.end(), data, data + size);
  return size;
}

// One fragment of these samples as libavformat writes it.
Bytes written_by_libavformat(const std::vector<ChunkSample>& samples) {
  Bytes out;
  AVFormatContext* context = nullptr;
  avformat_alloc_output_context2(&context, nullptr, "mp4", nullptr);
  AVStream* stream = avformat_new_stream(context, nullptr);
  const MediaFormatPtr format = test::h264_format();
  stream->codecpar->codec_type = AVMEDIA_TYPE_VIDEO;
  stream->codecpar->codec_id = AV_CODEC_ID_H264;
  stream->codecpar->width = 320;
  stream->codecpar->height = 240;
  stream->codecpar->extradata = static_cast<std::uint8_t*>(av_mallocz(128));
  std::copy(format->codec_config.begin(), format->codec_config.end(), stream->codecpar->extradata);
  stream->codecpar->extradata_size = static_cast<int>(format->codec_config.size());
  stream->time_base = {1, 90000};
  context->pb = avio_alloc_context(static_cast<std::uint8_t*>(av_malloc(65536)), 65536, 1, &out,
                                   nullptr, append, nullptr);
  context->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
  context->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
  AVDictionary* options = nullptr;
  av_dict_set(&options, "movflags",
              "empty_moov+default_base_moof+frag_custom+skip_trailer+cmaf+frag_discont", 0);
  EXPECT_GE(avformat_write_header(context, &options), 0);
  av_dict_free(&options);
  avio_flush(context->pb);
  out.clear();
  AVPacket* packet = av_packet_alloc();
  std::int64_t at = kDecodeTime;
  for (const ChunkSample& sample : samples) {
    EXPECT_GE(av_new_packet(packet, static_cast<int>(sample.data.size())), 0);
    std::copy(sample.data.begin(), sample.data.end(), packet->data);
    packet->dts = at;
    packet->pts = at + sample.composition_offset;
    packet->duration = sample.duration;
    packet->flags = sample.sync ? AV_PKT_FLAG_KEY : 0;
    EXPECT_GE(av_write_frame(context, packet), 0);
    av_packet_unref(packet);
    at += sample.duration;
  }
  av_packet_free(&packet);
  EXPECT_GE(av_write_frame(context, nullptr), 0);
  avio_flush(context->pb);
  av_freep(&context->pb->buffer);
  avio_context_free(&context->pb);
  avformat_free_context(context);
  return out;
}

std::string samples_text(const MovieFragment& fragment) {
  std::string text;
  for (const FragmentSample& sample : fragment.samples) {
    text += (sample.is_sync() ? "I" : "P") + std::to_string(sample.size) + "/" +
            std::to_string(sample.duration) + "@" + std::to_string(sample.composition_offset) +
            "/" + std::to_string(sample.flags) + " ";
  }
  return text;
}

class ChunkWriterTest : public testing::Test {
 protected:
  static void expect_same(const std::vector<ChunkSample>& samples) {
    const WrittenChunk ours =
        write_chunk({.sequence = 1, .decode_time = kDecodeTime, .capture = {}}, samples);
    const Bytes theirs = written_by_libavformat(samples);
    const Moof a = read(ours.bytes);
    const Moof b = read(theirs);
    EXPECT_EQ(a.boxes, b.boxes);
    EXPECT_EQ(a.fragment.sequence, b.fragment.sequence);
    EXPECT_EQ(a.fragment.track_id, b.fragment.track_id);
    EXPECT_EQ(a.fragment.decode_time, b.fragment.decode_time);
    EXPECT_EQ(samples_text(a.fragment), samples_text(b.fragment));
    const Bytes payload(ours.bytes.begin() + ours.mdat_payload, ours.bytes.end());
    ASSERT_GE(theirs.size(), payload.size());
    EXPECT_TRUE(std::equal(payload.begin(), payload.end(),
                           theirs.end() - static_cast<std::ptrdiff_t>(payload.size())));
  }

  const Bytes key_ = Bytes(900, 7);
  const Bytes other_ = Bytes(100, 9);
};

TEST_F(ChunkWriterTest, WritesAKeyFrameAsLibavformatDoes) {
  expect_same({{.data = key_, .duration = 3600, .sync = true}});
}

TEST_F(ChunkWriterTest, WritesAnotherFrameAsLibavformatDoes) {
  expect_same({{.data = other_, .duration = 3601, .sync = false}});
}

TEST_F(ChunkWriterTest, WritesSeveralSamplesAsLibavformatDoes) {
  expect_same({{.data = key_, .duration = 3600, .sync = true},
               {.data = other_, .duration = 3600, .composition_offset = 0, .sync = false},
               {.data = other_, .duration = 3700, .sync = false}});
}

TEST_F(ChunkWriterTest, IsReadBackByItsOwnReader) {
  const std::vector<ChunkSample> samples = {{.data = key_, .duration = 3600, .sync = true},
                                            {.data = other_, .duration = 3700}};
  const UtcTime capture{1'790'000'000'123'456'789};
  const WrittenChunk written =
      write_chunk({.sequence = 9, .decode_time = kDecodeTime, .capture = capture}, samples);

  const auto chunk = read_chunk(written.bytes);

  ASSERT_TRUE(chunk.has_value());
  EXPECT_EQ(chunk->sequence, 9U);
  EXPECT_EQ(chunk->decode_time, kDecodeTime);
  EXPECT_EQ(chunk->duration, 7300);
  EXPECT_NEAR(static_cast<double>(chunk->capture.ns - capture.ns), 0, 2);
  EXPECT_EQ(chunk->bytes, written.bytes.size());
  EXPECT_EQ(chunk->mdat_payload, written.mdat_payload);
  EXPECT_TRUE(chunk->sync);
  EXPECT_THAT(chunk->sample_sizes, testing::ElementsAre(900, 100));
}

TEST_F(ChunkWriterTest, IsNotReadBackWhenTorn) {
  const WrittenChunk written =
      write_chunk({.sequence = 1, .decode_time = kDecodeTime, .capture = {}},
                  std::vector<ChunkSample>{{.data = key_, .duration = 3600}});
  for (std::size_t length = 0; length < written.bytes.size(); ++length) {
    EXPECT_FALSE(read_chunk(ByteView(written.bytes).first(length)).has_value()) << length;
  }
}

}  // namespace
}  // namespace candor::bmff
