// SPDX-License-Identifier: Apache-2.0
// Loading of clips. The parameter sets come from the avcC; samples are kept byte for byte.
#include "bench/camsim/clip.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

extern "C" {
#include <libavcodec/codec_id.h>
#include <libavcodec/codec_par.h>
#include <libavcodec/packet.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
}

#include "core/big_endian.h"
#include "core/bytes.h"
#include "core/error.h"
#include "core/result.h"

namespace candor::camsim {
namespace {

constexpr std::size_t kLengthBytes = 4;

struct CloseInput {
  void operator()(AVFormatContext* input) const { avformat_close_input(&input); }
};
using Input = std::unique_ptr<AVFormatContext, CloseInput>;

struct FreePacket {
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};

Result<Input> open_input(const std::string& path) {
  AVFormatContext* raw = nullptr;
  if (avformat_open_input(&raw, path.c_str(), nullptr, nullptr) < 0) {
    return fail(ErrorKind::kNotFound,
                "clip '" + path + "' cannot be opened; bench/clip/make_clip.py makes clips");
  }
  return Input(raw);
}

Result<int> find_stream(const AVFormatContext& input, AVMediaType kind, AVCodecID codec,
                        const std::string& path) {
  for (unsigned i = 0; i < input.nb_streams; ++i) {
    const AVCodecParameters& parameters = *input.streams[i]->codecpar;
    if (parameters.codec_type == kind && parameters.codec_id == codec &&
        parameters.extradata_size > 0) {
      return static_cast<int>(i);
    }
  }
  return fail(ErrorKind::kUnsupported, "clip '" + path + "' has no " +
                                           std::string(avcodec_get_name(codec)) +
                                           " stream with its configuration");
}

using OnPacket = std::function<Result<void>(const AVPacket&)>;

Result<void> for_each_packet(AVFormatContext& input, int stream, const OnPacket& on_packet) {
  const std::unique_ptr<AVPacket, FreePacket> packet(av_packet_alloc());
  while (av_read_frame(&input, packet.get()) >= 0) {
    if (packet->stream_index == stream) {
      CANDOR_CHECK(on_packet(*packet));
    }
    av_packet_unref(packet.get());
  }
  return {};
}

Bytes extradata_of(const AVFormatContext& input, int stream) {
  const AVCodecParameters& parameters = *input.streams[stream]->codecpar;
  return {parameters.extradata, parameters.extradata + parameters.extradata_size};
}

/// One parameter set of an avcC at `at`, which then points behind it. Source: ISO/IEC 14496-15,
/// 5.3.3.1.
Result<Bytes> take_parameter_set(const Bytes& avcc, std::size_t& at) {
  if (at + 3 > avcc.size()) {
    return fail(ErrorKind::kDataLoss, "avcC ends inside a parameter set");
  }
  const std::size_t length = get_be<std::uint16_t>(&avcc[at + 1]);
  const std::size_t begin = at + 3;
  if (length == 0 || begin + length > avcc.size()) {
    return fail(ErrorKind::kDataLoss, "avcC ends inside a parameter set");
  }
  at = begin + length;
  return Bytes(avcc.begin() + static_cast<std::ptrdiff_t>(begin),
               avcc.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

Result<std::vector<Bytes>> split_sample(ByteView sample) {
  std::vector<Bytes> nals;
  std::size_t at = 0;
  while (at < sample.size()) {
    if (sample.size() - at <= kLengthBytes) {
      return fail(ErrorKind::kDataLoss, "a sample ends inside a NAL unit's length");
    }
    const std::size_t length = get_be<std::uint32_t>(&sample[at]);
    at += kLengthBytes;
    if (length == 0 || length > sample.size() - at) {
      return fail(ErrorKind::kDataLoss, "a NAL unit of " + std::to_string(length) +
                                            " bytes does not fit into its sample");
    }
    const ByteView nal = sample.subspan(at, length);
    nals.emplace_back(nal.begin(), nal.end());
    at += length;
  }
  return nals;
}

Result<VideoClip> load_video_clip(const std::string& path) {
  CANDOR_TRY(const Input input, open_input(path));
  CANDOR_TRY(const int stream, find_stream(*input, AVMEDIA_TYPE_VIDEO, AV_CODEC_ID_H264, path));
  VideoClip clip;
  clip.avcc = extradata_of(*input, stream);
  const bool four_byte_lengths =
      clip.avcc.size() > 6 && clip.avcc[0] == 1 && (clip.avcc[4] & 3) == kLengthBytes - 1;
  if (!four_byte_lengths || (clip.avcc[5] & 0x1f) != 1) {
    return fail(ErrorKind::kUnsupported,
                "clip '" + path + "' needs an avcC with 4-byte lengths and one SPS");
  }
  std::size_t at = 5;
  CANDOR_TRY(clip.sps, take_parameter_set(clip.avcc, at));
  CANDOR_TRY(clip.pps, take_parameter_set(clip.avcc, at));
  const auto keep = [&clip](const AVPacket& packet) -> Result<void> {
    const ByteView sample(packet.data, static_cast<std::size_t>(packet.size));
    CANDOR_TRY(auto nals, split_sample(sample));
    clip.units.push_back({std::move(nals), (packet.flags & AV_PKT_FLAG_KEY) != 0});
    return {};
  };
  CANDOR_CHECK(with_context(for_each_packet(*input, stream, keep), path));
  if (clip.units.empty()) {
    return fail(ErrorKind::kUnsupported, "clip '" + path + "' holds no picture");
  }
  return clip;
}

Result<AudioClip> load_audio_clip(const std::string& path) {
  CANDOR_TRY(const Input input, open_input(path));
  CANDOR_TRY(const int stream, find_stream(*input, AVMEDIA_TYPE_AUDIO, AV_CODEC_ID_AAC, path));
  AudioClip clip;
  clip.config = extradata_of(*input, stream);
  const AVCodecParameters& parameters = *input->streams[stream]->codecpar;
  clip.sample_rate = static_cast<std::uint32_t>(parameters.sample_rate);
  clip.channels = static_cast<std::uint32_t>(parameters.ch_layout.nb_channels);
  const auto keep = [&clip](const AVPacket& packet) -> Result<void> {
    clip.frames.emplace_back(packet.data, packet.data + packet.size);
    return {};
  };
  CANDOR_CHECK(with_context(for_each_packet(*input, stream, keep), path));
  if (clip.frames.empty() || clip.sample_rate == 0) {
    return fail(ErrorKind::kUnsupported, "clip '" + path + "' holds no sound");
  }
  return clip;
}

}  // namespace candor::camsim
