// SPDX-License-Identifier: Apache-2.0
#include "media/fragment/init_segment.h"

#include <array>
#include <cstring>
#include <memory>
#include <utility>

#include <fmt/format.h>

extern "C" {
#include <libavformat/avformat.h>
}

#include "media/bmff/sample_entry.h"
#include "media/fragment/codecs_text.h"

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

// A stand-in for what libavformat does not write: AAC-LC, 8 kHz, mono.
constexpr std::array<std::uint8_t, 2> kStandInConfig = {0x15, 0x88};
constexpr int kAacFrameSamples = 1024;

bool is_g711(const MediaFormat& format) {
  return format.codec == Codec::kAlaw || format.codec == Codec::kUlaw;
}

AVCodecID codec_id_of(Codec codec) {
  switch (codec) {
    case Codec::kH264:
      return AV_CODEC_ID_H264;
    case Codec::kH265:
      return AV_CODEC_ID_HEVC;
    case Codec::kOpus:
      return AV_CODEC_ID_OPUS;
    case Codec::kAac:
    case Codec::kAlaw:
    case Codec::kUlaw:
      break;
  }
  return AV_CODEC_ID_AAC;
}

void describe(const MediaFormat& format, AVStream& stream) {
  AVCodecParameters& codec = *stream.codecpar;
  stream.time_base = {1, static_cast<int>(format.timescale)};
  codec.codec_id = codec_id_of(format.codec);
  if (format.kind == MediaKind::kVideo) {
    codec.codec_type = AVMEDIA_TYPE_VIDEO;
    codec.width = static_cast<int>(format.width);
    codec.height = static_cast<int>(format.height);
    // Parameter sets stand in the sample entry; libavformat would write hev1.
    codec.codec_tag = format.codec == Codec::kH265 ? MKTAG('h', 'v', 'c', '1') : 0;
  } else {
    codec.codec_type = AVMEDIA_TYPE_AUDIO;
    codec.sample_rate = static_cast<int>(format.sample_rate);
    codec.frame_size = kAacFrameSamples;
    av_channel_layout_default(&codec.ch_layout, static_cast<int>(format.channels));
  }
  const ByteView config = is_g711(format) ? ByteView(kStandInConfig) : format.codec_config;
  codec.extradata =
      static_cast<std::uint8_t*>(av_mallocz(config.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  std::memcpy(codec.extradata, config.data(), config.size());
  codec.extradata_size = static_cast<int>(config.size());
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
  CANDOR_TRY(init->codecs, codecs_text(*format));
  CANDOR_TRY(init->bytes, write_header(*format));
  if (is_g711(*format)) {
    CANDOR_TRY(init->bytes, bmff::with_sample_entry(init->bytes, bmff::g711_sample_entry(*format)));
  }
  init->format = format;
  return InitSegmentPtr(std::move(init));
}

}  // namespace candor::media
