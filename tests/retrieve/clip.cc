// SPDX-License-Identifier: Apache-2.0
#include "tests/retrieve/clip.h"

#include <cstdlib>
#include <memory>

#include "tests/support/temp_folder.h"

extern "C" {
#include <libavformat/avformat.h>
}

#include "core/assert.h"

namespace candor::test {
namespace {

struct CloseInput {
  void operator()(AVFormatContext* context) const noexcept { avformat_close_input(&context); }
};
struct FreePacket {
  void operator()(AVPacket* packet) const noexcept { av_packet_free(&packet); }
};

double seconds(std::int64_t value, AVRational base) {
  return value == AV_NOPTS_VALUE ? 0 : static_cast<double>(value) * av_q2d(base);
}

MediaFormatPtr format_of(const AVStream& stream) {
  auto format = std::make_shared<MediaFormat>();
  format->timescale = 90000;
  format->width = static_cast<std::uint32_t>(stream.codecpar->width);
  format->height = static_cast<std::uint32_t>(stream.codecpar->height);
  format->codec_config.assign(stream.codecpar->extradata,
                              stream.codecpar->extradata + stream.codecpar->extradata_size);
  return format;
}

}  // namespace

DemuxedFile demux(const std::string& path, double seek_seconds) {
  AVFormatContext* raw = nullptr;
  CANDOR_ASSERT(avformat_open_input(&raw, path.c_str(), nullptr, nullptr) == 0);
  const std::unique_ptr<AVFormatContext, CloseInput> input(raw);
  CANDOR_ASSERT(avformat_find_stream_info(raw, nullptr) >= 0);
  if (seek_seconds >= 0) {
    CANDOR_ASSERT(av_seek_frame(raw, -1, static_cast<std::int64_t>(seek_seconds * AV_TIME_BASE),
                                AVSEEK_FLAG_BACKWARD) >= 0);
  }
  const AVStream& stream = *raw->streams[0];
  DemuxedFile file{.format = format_of(stream),
                   .start_seconds = seconds(raw->start_time, {.num = 1, .den = AV_TIME_BASE}),
                   .duration_seconds = seconds(raw->duration, {.num = 1, .den = AV_TIME_BASE}),
                   .samples = {}};
  const std::unique_ptr<AVPacket, FreePacket> packet(av_packet_alloc());
  while (av_read_frame(raw, packet.get()) >= 0) {
    file.samples.push_back({.data = {packet->data, packet->data + packet->size},
                            .seconds = seconds(packet->pts, stream.time_base),
                            .is_key = (packet->flags & AV_PKT_FLAG_KEY) != 0});
    av_packet_unref(packet.get());
  }
  return file;
}

const DemuxedFile& test_clip() {
  static const DemuxedFile clip = [] {
    const TempFolder folder;
    const std::string path = folder / "clip.mp4";
    const std::string command =
        "ffmpeg -v error -f lavfi -i testsrc=size=320x240:rate=25:duration=20 -c:v libx264 "
        "-preset ultrafast -tune zerolatency -g 50 -keyint_min 50 -sc_threshold 0 -pix_fmt "
        "yuv420p " +
        path;
    CANDOR_ASSERT(std::system(command.c_str()) == 0);
    return demux(path);
  }();
  return clip;
}

}  // namespace candor::test
