// SPDX-License-Identifier: Apache-2.0
// FFmpeg's objects with owners, its errors as ours. Included by the .cc files of transcode/ only.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "core/free_by.h"
#include "core/result.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/audio_fifo.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

namespace candor::transcode {

using CodecPtr = std::unique_ptr<AVCodecContext, FreeByAddress<avcodec_free_context>>;
using FramePtr = std::unique_ptr<AVFrame, FreeByAddress<av_frame_free>>;
using PacketPtr = std::unique_ptr<AVPacket, FreeByAddress<av_packet_free>>;
using ParametersPtr = std::unique_ptr<AVCodecParameters, FreeByAddress<avcodec_parameters_free>>;
using ResamplerPtr = std::unique_ptr<SwrContext, FreeByAddress<swr_free>>;
using ScalerPtr = std::unique_ptr<SwsContext, FreeBy<sws_freeContext>>;
using FifoPtr = std::unique_ptr<AVAudioFifo, FreeBy<av_audio_fifo_free>>;

inline tl::unexpected<Error> av_failed(int code, std::string_view what) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(code, text.data(), text.size());
  return fail(ErrorKind::kInternal, std::string(what) + ": " + text.data());
}

}  // namespace candor::transcode
