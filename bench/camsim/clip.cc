// SPDX-License-Identifier: Apache-2.0
// Loading of clips. The parameter sets come from the avcC or hvcC; samples are kept byte for byte.
#include "bench/camsim/clip.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

extern "C" {
#include <libavcodec/codec_id.h>
#include <libavcodec/codec_par.h>
#include <libavcodec/packet.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/mathematics.h>
}

#include "core/big_endian.h"
#include "core/bytes.h"
#include "core/error.h"
#include "core/result.h"

namespace candor::camsim {
namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr AVRational kFrame = {1, 25};
constexpr std::uint32_t kSamplesPerAacFrame = 1024;
constexpr std::uint32_t kPacketsPerSecond = 50;  // Opus and G.711: 20 ms.
constexpr std::uint8_t kFirstH265Set = 32;       // VPS, SPS, PPS.
constexpr std::uint8_t kLastH265Set = 34;

struct Known {
  Codec codec;
  AVCodecID id;
};
constexpr std::array kPictures = {Known{Codec::kH264, AV_CODEC_ID_H264},
                                  Known{Codec::kH265, AV_CODEC_ID_HEVC}};
constexpr std::array kSounds = {
    Known{Codec::kAac, AV_CODEC_ID_AAC}, Known{Codec::kOpus, AV_CODEC_ID_OPUS},
    Known{Codec::kAlaw, AV_CODEC_ID_PCM_ALAW}, Known{Codec::kUlaw, AV_CODEC_ID_PCM_MULAW}};

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

struct Found {
  int stream;
  Codec codec;
};

Result<Found> find_stream(const AVFormatContext& input, std::span<const Known> wanted,
                          const std::string& path) {
  std::string names;
  for (const Known& known : wanted) {
    for (unsigned i = 0; i < input.nb_streams; ++i) {
      if (input.streams[i]->codecpar->codec_id == known.id) {
        return Found{static_cast<int>(i), known.codec};
      }
    }
    names += (names.empty() ? "" : ", ") + std::string(to_string(known.codec));
  }
  return fail(ErrorKind::kUnsupported, "clip '" + path + "' has no stream of " + names);
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

/// Takes bytes off the front; once too few are left, `is_short` stays set.
struct Cursor {
  ByteView rest;
  bool is_short = false;

  ByteView take(std::size_t bytes) {
    is_short = is_short || bytes > rest.size();
    const ByteView taken = is_short ? ByteView() : rest.first(bytes);
    rest = is_short ? ByteView() : rest.subspan(bytes);
    return taken;
  }
  std::uint8_t byte() {
    const ByteView taken = take(1);
    return taken.empty() ? 0 : taken[0];
  }
  void take_sets(std::size_t count, std::vector<Bytes>& sets) {
    for (std::size_t i = 0; i < count && !is_short; ++i) {
      const ByteView length = take(2);
      const ByteView set = take(length.empty() ? 0 : get_be<std::uint16_t>(length.data()));
      is_short = is_short || set.empty();
      sets.emplace_back(set.begin(), set.end());
    }
  }
};

/// Source: ISO/IEC 14496-15, 5.3.3.1.
std::vector<Bytes> sets_of_avcc(Cursor& at) {
  std::vector<Bytes> sets;
  at.take(5);
  at.take_sets(at.byte() & 0x1fU, sets);
  at.take_sets(at.byte(), sets);
  return sets;
}

/// Source: ISO/IEC 14496-15, 8.3.3.1.
std::vector<Bytes> sets_of_hvcc(Cursor& at) {
  std::vector<Bytes> sets;
  at.take(22);
  for (int arrays = at.byte(); arrays > 0; --arrays) {
    const std::uint8_t type = at.byte() & 0x3f;
    const ByteView count = at.take(2);
    std::vector<Bytes> found;
    at.take_sets(count.empty() ? 0 : get_be<std::uint16_t>(count.data()), found);
    if (type >= kFirstH265Set && type <= kLastH265Set) {
      sets.insert(sets.end(), found.begin(), found.end());
    }
  }
  return sets;
}

std::vector<Bytes> pieces(ByteView bytes, std::size_t size) {
  std::vector<Bytes> out;
  for (; bytes.size() >= size; bytes = bytes.subspan(size)) {
    out.emplace_back(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
  }
  return out;
}

std::uint32_t samples_per_frame(const AudioClip& clip) {
  return clip.codec == Codec::kAac ? kSamplesPerAacFrame : clip.sample_rate / kPacketsPerSecond;
}

bool is_g711(Codec codec) { return codec == Codec::kAlaw || codec == Codec::kUlaw; }

}  // namespace

Result<std::vector<Bytes>> parameter_sets_of(ByteView config, Codec codec) {
  const bool is_h264 = codec == Codec::kH264;
  Cursor at{config};
  std::vector<Bytes> sets = is_h264 ? sets_of_avcc(at) : sets_of_hvcc(at);
  if (at.is_short || sets.empty()) {
    return fail(ErrorKind::kDataLoss,
                is_h264 ? "avcC ends inside a parameter set" : "hvcC ends inside a parameter set");
  }
  if ((config[is_h264 ? 4 : 21] & 3) != kLengthBytes - 1) {
    return fail(ErrorKind::kUnsupported, "NAL units need lengths of 4 bytes");
  }
  return sets;
}

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
  CANDOR_TRY(const Found found, find_stream(*input, kPictures, path));
  VideoClip clip;
  clip.codec = found.codec;
  clip.config = extradata_of(*input, found.stream);
  CANDOR_TRY(clip.parameter_sets, with_context(parameter_sets_of(clip.config, clip.codec), path));
  const AVRational time_base = input->streams[found.stream]->time_base;
  const auto keep = [&clip, time_base](const AVPacket& packet) -> Result<void> {
    const ByteView sample(packet.data, static_cast<std::size_t>(packet.size));
    CANDOR_TRY(auto nals, split_sample(sample));
    const std::int64_t reorder = av_rescale_q(packet.pts - packet.dts, time_base, kFrame);
    clip.units.push_back({std::move(nals), (packet.flags & AV_PKT_FLAG_KEY) != 0,
                          static_cast<std::int32_t>(reorder)});
    return {};
  };
  CANDOR_CHECK(with_context(for_each_packet(*input, found.stream, keep), path));
  if (clip.units.empty()) {
    return fail(ErrorKind::kUnsupported, "clip '" + path + "' holds no picture");
  }
  return clip;
}

Result<AudioClip> load_audio_clip(const std::string& path) {
  CANDOR_TRY(const Input input, open_input(path));
  CANDOR_TRY(const Found found, find_stream(*input, kSounds, path));
  AudioClip clip;
  clip.codec = found.codec;
  clip.config = extradata_of(*input, found.stream);
  const AVCodecParameters& parameters = *input->streams[found.stream]->codecpar;
  clip.sample_rate = static_cast<std::uint32_t>(parameters.sample_rate);
  clip.channels = static_cast<std::uint32_t>(parameters.ch_layout.nb_channels);
  clip.samples_per_frame = samples_per_frame(clip);
  const auto keep = [&clip](const AVPacket& packet) -> Result<void> {
    clip.frames.emplace_back(packet.data, packet.data + packet.size);
    return {};
  };
  CANDOR_CHECK(with_context(for_each_packet(*input, found.stream, keep), path));
  if (is_g711(clip.codec)) {
    Bytes whole;  // Files cut it as they like.
    for (const Bytes& frame : clip.frames) {
      whole.insert(whole.end(), frame.begin(), frame.end());
    }
    clip.frames = pieces(whole, std::size_t{clip.samples_per_frame} * clip.channels);
  }
  if (clip.frames.empty() || clip.samples_per_frame == 0) {
    return fail(ErrorKind::kUnsupported, "clip '" + path + "' holds no sound");
  }
  return clip;
}

}  // namespace candor::camsim
