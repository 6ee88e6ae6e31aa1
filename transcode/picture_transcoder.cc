// SPDX-License-Identifier: Apache-2.0
// Any picture to H.264 that every browser decodes: Baseline, at most so high, no frame held back by
// the encoder.
#include <algorithm>
#include <utility>

#include "transcode/annex_b.h"
#include "transcode/make_transcoders.h"
#include "transcode/source_parameters.h"

namespace candor::transcode {
namespace {

constexpr int kTimescale = 90000;
constexpr int kKeyFrameInterval = 50;
constexpr std::int64_t kBitRate = 1'000'000;
constexpr int kSizeMax = 8192;

class PictureTranscoder final : public Transcoder {
 public:
  PictureTranscoder(CodecPtr decoder, CodecPtr encoder, MediaFormatPtr format,
                    std::int64_t timescale)
      : decoder_(std::move(decoder)),
        encoder_(std::move(encoder)),
        format_(std::move(format)),
        timescale_(timescale),
        decoded_(av_frame_alloc()),
        packet_(av_packet_alloc()) {}

  [[nodiscard]] const MediaFormatPtr& format() const override { return format_; }

  Result<std::vector<CodedSample>> take(const CodedSample& sample) override {
    std::vector<CodedSample> out;
    duration_ = av_rescale(sample.duration, kTimescale, timescale_);
    packet_->data = const_cast<std::uint8_t*>(sample.data.data());
    packet_->size = static_cast<int>(sample.data.size());
    packet_->pts = sample.decode_time + sample.composition_offset;
    packet_->dts = sample.decode_time;
    packet_->flags = sample.sync ? AV_PKT_FLAG_KEY : 0;
    if (avcodec_send_packet(decoder_.get(), packet_.get()) < 0) {
      return out;  // Damaged: the next key frame is whole again.
    }
    while (avcodec_receive_frame(decoder_.get(), decoded_.get()) == 0) {
      CANDOR_CHECK(encode(out));
      av_frame_unref(decoded_.get());
    }
    return out;
  }

 private:
  Result<FramePtr> scaled() {
    // Not SWS_FAST_BILINEAR: that one makes code at run time, for which the sandbox kills.
    scaler_.reset(sws_getCachedContext(scaler_.release(), decoded_->width, decoded_->height,
                                       static_cast<AVPixelFormat>(decoded_->format),
                                       encoder_->width, encoder_->height, encoder_->pix_fmt,
                                       SWS_BILINEAR, nullptr, nullptr, nullptr));
    if (scaler_ == nullptr || decoded_->width > kSizeMax || decoded_->height > kSizeMax) {
      return fail(ErrorKind::kUnsupported, "this picture cannot be scaled");
    }
    FramePtr frame(av_frame_alloc());
    frame->width = encoder_->width;
    frame->height = encoder_->height;
    frame->format = encoder_->pix_fmt;
    if (const int code = av_frame_get_buffer(frame.get(), 0); code < 0) {
      return av_failed(code, "frame");
    }
    sws_scale(scaler_.get(), decoded_->data, decoded_->linesize, 0, decoded_->height, frame->data,
              frame->linesize);
    return frame;
  }

  Result<void> encode(std::vector<CodedSample>& out) {
    CANDOR_TRY(const FramePtr frame, scaled());
    frame->pts = av_rescale(decoded_->best_effort_timestamp, kTimescale, timescale_);
    if (frame->pts <= last_pts_) {
      return {};  // The encoder takes growing times only.
    }
    last_pts_ = frame->pts;
    if (const int code = avcodec_send_frame(encoder_.get(), frame.get()); code < 0) {
      return av_failed(code, "H.264 encoder");
    }
    const PacketPtr packet(av_packet_alloc());
    while (avcodec_receive_packet(encoder_.get(), packet.get()) == 0) {
      out.push_back({.data = with_lengths(split_annex_b(
                         ByteView(packet->data, static_cast<std::size_t>(packet->size)))),
                     .decode_time = packet->pts,
                     .duration = duration_,
                     .sync = (packet->flags & AV_PKT_FLAG_KEY) != 0});
      av_packet_unref(packet.get());
    }
    return {};
  }

  CodecPtr decoder_;
  CodecPtr encoder_;
  MediaFormatPtr format_;
  std::int64_t timescale_;
  FramePtr decoded_;
  PacketPtr packet_;
  ScalerPtr scaler_;
  std::int64_t duration_ = 0;
  std::int64_t last_pts_ = INT64_MIN;
};

Result<CodecPtr> open_encoder(const AVCodecParameters& source, int height_max) {
  const AVCodec* codec = avcodec_find_encoder_by_name("libx264");
  if (codec == nullptr) {
    return fail(ErrorKind::kUnsupported, "this FFmpeg has no H.264 encoder");
  }
  CodecPtr encoder(avcodec_alloc_context3(codec));
  const int height = std::min(source.height, height_max);
  encoder->height = std::max(2, height & ~1);
  encoder->width = std::max(
      2, static_cast<int>(av_rescale(source.width, height, std::max(1, source.height))) & ~1);
  encoder->pix_fmt = AV_PIX_FMT_YUV420P;
  encoder->time_base = {1, kTimescale};
  encoder->gop_size = kKeyFrameInterval;
  encoder->max_b_frames = 0;
  encoder->bit_rate = kBitRate;
  encoder->thread_count = 1;
  encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  AVDictionary* options = nullptr;
  av_dict_set(&options, "preset", "ultrafast", 0);
  av_dict_set(&options, "tune", "zerolatency", 0);
  av_dict_set(&options, "profile", "baseline", 0);
  av_dict_set(&options, "x264-params", "threads=1:sliced-threads=0:sync-lookahead=0", 0);
  const int code = avcodec_open2(encoder.get(), codec, &options);
  av_dict_free(&options);
  if (code < 0) {
    return av_failed(code, "H.264 encoder");
  }
  return encoder;
}

}  // namespace

Result<std::unique_ptr<Transcoder>> make_picture_transcoder(const SourceParameters& source,
                                                            int height_max) {
  if (source.codec->width <= 0 || source.codec->height <= 0 || source.codec->width > kSizeMax ||
      source.codec->height > kSizeMax) {
    return fail(ErrorKind::kUnsupported, "the picture has no size that can be shown");
  }
  CANDOR_TRY(CodecPtr decoder, open_decoder(source));
  CANDOR_TRY(CodecPtr encoder, open_encoder(*source.codec, height_max));
  auto format = std::make_shared<MediaFormat>();
  format->timescale = kTimescale;
  format->width = static_cast<std::uint32_t>(encoder->width);
  format->height = static_cast<std::uint32_t>(encoder->height);
  format->codec_config = avcc_of(split_annex_b(
      ByteView(encoder->extradata, static_cast<std::size_t>(encoder->extradata_size))));
  return std::make_unique<PictureTranscoder>(std::move(decoder), std::move(encoder),
                                             std::move(format), source.timescale);
}

}  // namespace candor::transcode
