// SPDX-License-Identifier: Apache-2.0
#include "transcode/source_parameters.h"

#include <algorithm>
#include <cstring>

namespace candor::transcode {
namespace {

constexpr int kIoBufferBytes = 4096;

struct Cursor {
  ByteView bytes;
  std::size_t at = 0;
};

int read_bytes(void* opaque, std::uint8_t* out, int size) {
  auto& cursor = *static_cast<Cursor*>(opaque);
  const std::size_t count =
      std::min(static_cast<std::size_t>(size), cursor.bytes.size() - cursor.at);
  if (count == 0) {
    return AVERROR_EOF;
  }
  std::memcpy(out, cursor.bytes.data() + cursor.at, count);
  cursor.at += count;
  return static_cast<int>(count);
}

struct CloseInput {
  void operator()(AVFormatContext* context) const {
    AVIOContext* io = context->pb;
    avformat_close_input(&context);
    if (io != nullptr) {
      av_freep(static_cast<void*>(&io->buffer));
      avio_context_free(&io);
    }
  }
};

}  // namespace

Result<SourceParameters> read_parameters(ByteView init) {
  av_log_set_level(AV_LOG_QUIET);  // What a foreign stream makes it say is nothing for our log.
  Cursor cursor{init};
  AVFormatContext* raw = avformat_alloc_context();
  raw->pb = avio_alloc_context(static_cast<std::uint8_t*>(av_malloc(kIoBufferBytes)),
                               kIoBufferBytes, 0, &cursor, read_bytes, nullptr, nullptr);
  AVIOContext* io = raw->pb;
  const int code = avformat_open_input(&raw, nullptr, av_find_input_format("mp4"), nullptr);
  if (code < 0) {  // The context is gone then, its buffer is not.
    av_freep(static_cast<void*>(&io->buffer));
    avio_context_free(&io);
    return fail(ErrorKind::kInvalidArgument, "this is no init segment");
  }
  const std::unique_ptr<AVFormatContext, CloseInput> context(raw);
  if (context->nb_streams != 1) {
    return fail(ErrorKind::kInvalidArgument, "the init segment does not describe one track");
  }
  const AVStream& stream = *context->streams[0];
  SourceParameters source;
  source.codec.reset(avcodec_parameters_alloc());
  avcodec_parameters_copy(source.codec.get(), stream.codecpar);
  source.timescale = stream.time_base.den;
  return source;
}

Result<CodecPtr> open_decoder(const SourceParameters& source) {
  const AVCodec* codec = avcodec_find_decoder(source.codec->codec_id);
  if (codec == nullptr) {
    return fail(ErrorKind::kUnsupported,
                "no decoder for " + std::string(avcodec_get_name(source.codec->codec_id)));
  }
  CodecPtr decoder(avcodec_alloc_context3(codec));
  avcodec_parameters_to_context(decoder.get(), source.codec.get());
  decoder->thread_count = 1;  // The sandbox allows no second thread.
  decoder->pkt_timebase = {1, static_cast<int>(source.timescale)};
  if (const int code = avcodec_open2(decoder.get(), codec, nullptr); code < 0) {
    return av_failed(code, "decoder");
  }
  return decoder;
}

}  // namespace candor::transcode
