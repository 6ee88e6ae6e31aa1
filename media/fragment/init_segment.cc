// SPDX-License-Identifier: Apache-2.0
#include "media/fragment/init_segment.h"

#include <cstring>
#include <memory>
#include <utility>

#include <fmt/format.h>

extern "C" {
#include <libavformat/avformat.h>
}

namespace candor::media {
namespace {

constexpr int kIoBufferBytes = 65536;

struct FreeContext {
  void operator()(AVFormatContext* context) const {
    if (context->pb != nullptr) {
      av_freep(static_cast<void*>(&context->pb->buffer));
      avio_context_free(&context->pb);
    }
    avformat_free_context(context);
  }
};
using ContextPtr = std::unique_ptr<AVFormatContext, FreeContext>;

tl::unexpected<Error> av_failed(int code, std::string_view what) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof text);
  return fail(ErrorKind::kInternal, fmt::format("{}: {}", what, text));
}

int append_to_bytes(void* opaque, std::uint8_t* data, int size) noexcept {
  auto& bytes = *static_cast<Bytes*>(opaque);
  bytes.insert(bytes.end(), data, data + size);
  return size;
}

Result<std::string> codecs_string(const MediaFormat& format) {
  const Bytes& config = format.codec_config;
  if (format.codec == Codec::kH264) {
    // avcC: version, profile, compatibility, level; Annex B would start with 0.
    if (config.size() < 7 || config[0] != 1) {
      return fail(ErrorKind::kInvalidArgument, "H.264 configuration is not an avcC record");
    }
    return fmt::format("avc1.{:02x}{:02x}{:02x}", config[1], config[2], config[3]);
  }
  if (config.size() < 2) {
    return fail(ErrorKind::kInvalidArgument, "AAC configuration is shorter than 2 bytes");
  }
  return fmt::format("mp4a.40.{}", config[0] >> 3);
}

void describe(const MediaFormat& format, AVStream& stream) {
  AVCodecParameters& codec = *stream.codecpar;
  stream.time_base = {1, static_cast<int>(format.timescale)};
  if (format.kind == MediaKind::kVideo) {
    codec.codec_type = AVMEDIA_TYPE_VIDEO;
    codec.codec_id = AV_CODEC_ID_H264;
    codec.width = static_cast<int>(format.width);
    codec.height = static_cast<int>(format.height);
  } else {
    codec.codec_type = AVMEDIA_TYPE_AUDIO;
    codec.codec_id = AV_CODEC_ID_AAC;
    codec.sample_rate = static_cast<int>(format.sample_rate);
    codec.frame_size = 1024;
    av_channel_layout_default(&codec.ch_layout, static_cast<int>(format.channels));
  }
  const std::size_t size = format.codec_config.size();
  codec.extradata = static_cast<std::uint8_t*>(av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE));
  std::memcpy(codec.extradata, format.codec_config.data(), size);
  codec.extradata_size = static_cast<int>(size);
}

Result<Bytes> write_header(const MediaFormat& format) {
  AVFormatContext* raw = nullptr;
  if (const int code = avformat_alloc_output_context2(&raw, nullptr, "mp4", nullptr); code < 0) {
    return av_failed(code, "mp4 muxer");
  }
  const ContextPtr context(raw);
  AVStream* stream = avformat_new_stream(context.get(), nullptr);
  if (stream == nullptr) {
    return fail(ErrorKind::kResourceExhausted, "mp4 muxer: no memory for a stream");
  }
  describe(format, *stream);
  Bytes bytes;
  auto* buffer = static_cast<std::uint8_t*>(av_malloc(kIoBufferBytes));
  context->pb =
      avio_alloc_context(buffer, kIoBufferBytes, 1, &bytes, nullptr, append_to_bytes, nullptr);
  context->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
  AVDictionary* options = nullptr;
  av_dict_set(&options, "movflags",
              "empty_moov+default_base_moof+frag_custom+skip_trailer+cmaf+frag_discont", 0);
  const int code = avformat_write_header(context.get(), &options);
  av_dict_free(&options);
  if (code < 0) {
    return av_failed(code, "mp4 header");
  }
  avio_flush(context->pb);
  return bytes;
}

}  // namespace

Result<InitSegmentPtr> make_init_segment(const MediaFormatPtr& format) {
  auto init = std::make_shared<InitSegment>();
  CANDOR_TRY(init->codecs, codecs_string(*format));
  CANDOR_TRY(init->bytes, write_header(*format));
  init->format = format;
  return InitSegmentPtr(std::move(init));
}

}  // namespace candor::media
