// SPDX-License-Identifier: Apache-2.0
// Any sound to AAC at 48 kHz: a frame is then 21 ms long, at 8 kHz it would be 128.
#include <array>
#include <cstdlib>
#include <utility>

#include "transcode/make_transcoders.h"
#include "transcode/source_parameters.h"

namespace candor::transcode {
namespace {

constexpr int kRate = 48000;
constexpr std::int64_t kBitRateAChannel = 64000;
constexpr std::int64_t kHoleTicks = kRate / 20;  // A longer hole is one; shorter ones are jitter.

class SoundTranscoder final : public Transcoder {
 public:
  SoundTranscoder(CodecPtr decoder, CodecPtr encoder, ResamplerPtr resampler, FifoPtr fifo,
                  std::int64_t timescale)
      : decoder_(std::move(decoder)),
        encoder_(std::move(encoder)),
        resampler_(std::move(resampler)),
        fifo_(std::move(fifo)),
        timescale_(timescale),
        frame_(av_frame_alloc()),
        packet_(av_packet_alloc()) {
    auto format = std::make_shared<MediaFormat>();
    format->kind = MediaKind::kAudio;
    format->codec = Codec::kAac;
    format->timescale = format->sample_rate = kRate;
    format->channels = static_cast<std::uint32_t>(encoder_->ch_layout.nb_channels);
    format->codec_config.assign(encoder_->extradata,
                                encoder_->extradata + encoder_->extradata_size);
    format_ = std::move(format);
  }

  [[nodiscard]] const MediaFormatPtr& format() const override { return format_; }

  Result<std::vector<CodedSample>> take(const CodedSample& sample) override {
    std::vector<CodedSample> out;
    const std::int64_t time = av_rescale(sample.decode_time, kRate, timescale_);
    if (!has_time_ ||
        std::abs(time - (next_time_ + av_audio_fifo_size(fifo_.get()))) > kHoleTicks) {
      av_audio_fifo_reset(fifo_.get());
      next_time_ = time;
      has_time_ = true;
    }
    decode(sample);
    while (av_audio_fifo_size(fifo_.get()) >= encoder_->frame_size) {
      CANDOR_CHECK(encode_frame(out));
    }
    return out;
  }

 private:
  // What is damaged gives no sound; the hole shows in the times.
  void decode(const CodedSample& sample) {
    packet_->data = const_cast<std::uint8_t*>(sample.data.data());
    packet_->size = static_cast<int>(sample.data.size());
    if (avcodec_send_packet(decoder_.get(), packet_.get()) < 0) {
      return;
    }
    while (avcodec_receive_frame(decoder_.get(), frame_.get()) == 0) {
      const int room = swr_get_out_samples(resampler_.get(), frame_->nb_samples);
      std::array<std::uint8_t*, AV_NUM_DATA_POINTERS> planes{};
      const int channels = encoder_->ch_layout.nb_channels;
      if (room > 0 &&
          av_samples_alloc(planes.data(), nullptr, channels, room, encoder_->sample_fmt, 0) >= 0) {
        const int got = swr_convert(resampler_.get(), planes.data(), room,
                                    const_cast<const std::uint8_t**>(frame_->extended_data),
                                    frame_->nb_samples);
        if (got > 0) {
          av_audio_fifo_write(fifo_.get(), reinterpret_cast<void**>(planes.data()), got);
        }
        av_freep(static_cast<void*>(planes.data()));
      }
      av_frame_unref(frame_.get());
    }
  }

  Result<void> encode_frame(std::vector<CodedSample>& out) {
    frame_->nb_samples = encoder_->frame_size;
    frame_->format = encoder_->sample_fmt;
    frame_->sample_rate = kRate;
    av_channel_layout_copy(&frame_->ch_layout, &encoder_->ch_layout);
    if (const int code = av_frame_get_buffer(frame_.get(), 0); code < 0) {
      return av_failed(code, "frame");
    }
    av_audio_fifo_read(fifo_.get(), reinterpret_cast<void**>(frame_->data), encoder_->frame_size);
    frame_->pts = next_time_;
    next_time_ += encoder_->frame_size;
    const int code = avcodec_send_frame(encoder_.get(), frame_.get());
    av_frame_unref(frame_.get());
    if (code < 0) {
      return av_failed(code, "AAC encoder");
    }
    const PacketPtr packet(av_packet_alloc());
    while (avcodec_receive_packet(encoder_.get(), packet.get()) == 0) {
      out.push_back({.data = Bytes(packet->data, packet->data + packet->size),
                     .decode_time = packet->pts,
                     .duration = encoder_->frame_size,
                     .sync = true});
      av_packet_unref(packet.get());
    }
    return {};
  }

  CodecPtr decoder_;
  CodecPtr encoder_;
  ResamplerPtr resampler_;
  FifoPtr fifo_;
  std::int64_t timescale_;
  FramePtr frame_;
  PacketPtr packet_;
  MediaFormatPtr format_;
  std::int64_t next_time_ = 0;  // Of the first sample in the queue.
  bool has_time_ = false;
};

Result<CodecPtr> open_encoder(const AVCodecContext& decoder) {
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_AAC);
  if (codec == nullptr) {
    return fail(ErrorKind::kUnsupported, "this FFmpeg has no AAC encoder");
  }
  CodecPtr encoder(avcodec_alloc_context3(codec));
  encoder->sample_rate = kRate;
  encoder->sample_fmt = AV_SAMPLE_FMT_FLTP;
  encoder->time_base = {1, kRate};
  encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  encoder->thread_count = 1;
  av_channel_layout_default(&encoder->ch_layout, decoder.ch_layout.nb_channels >= 2 ? 2 : 1);
  encoder->bit_rate = kBitRateAChannel * encoder->ch_layout.nb_channels;
  if (const int code = avcodec_open2(encoder.get(), codec, nullptr); code < 0) {
    return av_failed(code, "AAC encoder");
  }
  return encoder;
}

}  // namespace

Result<std::unique_ptr<Transcoder>> make_sound_transcoder(const SourceParameters& source) {
  CANDOR_TRY(CodecPtr decoder, open_decoder(source));
  CANDOR_TRY(CodecPtr encoder, open_encoder(*decoder));
  SwrContext* raw = nullptr;
  const int code = swr_alloc_set_opts2(&raw, &encoder->ch_layout, encoder->sample_fmt, kRate,
                                       &decoder->ch_layout, decoder->sample_fmt,
                                       decoder->sample_rate, 0, nullptr);
  ResamplerPtr resampler(raw);
  if (code < 0 || swr_init(raw) < 0) {
    return fail(ErrorKind::kUnsupported, "this sound cannot be resampled");
  }
  FifoPtr fifo(av_audio_fifo_alloc(encoder->sample_fmt, encoder->ch_layout.nb_channels, kRate));
  return std::make_unique<SoundTranscoder>(std::move(decoder), std::move(encoder),
                                           std::move(resampler), std::move(fifo), source.timescale);
}

}  // namespace candor::transcode
