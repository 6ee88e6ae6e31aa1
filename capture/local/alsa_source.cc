// SPDX-License-Identifier: Apache-2.0
#include "capture/local/alsa_source.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "capture/local/pipeline_source.h"

namespace candor::capture {
namespace {

using local::Pipeline;

// Of those that AAC and voaacenc have, the ones that config/ lets through.
constexpr std::array<std::uint32_t, 9> kSampleRates = {8000,  11025, 12000, 16000, 22050,
                                                       24000, 32000, 44100, 48000};
// What the encoder puts before the first sample (measured: docs/decisions/0009-local-sources.md).
constexpr std::int64_t kPrimingSamples = 1600;
constexpr std::uint32_t kBitsPerSampleMax = 4;  // Below the encoder's own limit of 6.
constexpr std::uint32_t kBitrateMax = 96'000;   // A channel.
// The device's ring holds half a second: so long may this machine be busy before sound is lost.
constexpr std::string_view kDevice =
    "alsasrc name=origin buffer-time=500000 latency-time=10000 ! identity name=last silent=true";

Result<void> connect(const AlsaOptions& options, Pipeline& pipeline) {
  const std::uint32_t bitrate =
      options.channels * std::min(kBitrateMax, kBitsPerSampleMax * options.sample_rate);
  return pipeline.add_branch("last",
                             {.codec = Codec::kAac,
                              .text = fmt::format("audioconvert ! audioresample ! "
                                                  "audio/x-raw,format=S16LE,rate={},channels={} ! "
                                                  "voaacenc bitrate={} ! aacparse ! "
                                                  "audio/mpeg,mpegversion=4,stream-format=raw",
                                                  options.sample_rate, options.channels, bitrate)});
}

Result<void> check_rate(std::uint32_t rate) {
  if (std::ranges::find(kSampleRates, rate) == kSampleRates.end()) {
    return fail(ErrorKind::kUnsupported, fmt::format("AAC has no sample_rate {}; it has {}", rate,
                                                     fmt::join(kSampleRates, ", ")));
  }
  return {};
}

}  // namespace

std::unique_ptr<Source> make_alsa_source(AlsaOptions options, const Clock& clock) {
  local::Recipe recipe;
  recipe.name = options.device;
  recipe.advice = "`arecord -L` lists the microphones; the user must be in the group audio";
  recipe.media_timeout = options.media_timeout;
  recipe.encoder_delay = std::chrono::nanoseconds(ticks_to_ns(
      kPrimingSamples, std::max<std::uint32_t>(options.sample_rate, kSampleRates.front())));
  if (options.instead_of_device.empty()) {
    recipe.origin = {.text = std::string(kDevice), .property = "device", .value = options.device};
  } else {
    recipe.origin.text =
        options.instead_of_device + " name=origin ! identity name=last silent=true";
  }
  recipe.check = [rate = options.sample_rate] { return check_rate(rate); };
  recipe.connect = [options = std::move(options)](Pipeline& pipeline) {
    return connect(options, pipeline);
  };
  return make_pipeline_source(std::move(recipe), clock);
}

}  // namespace candor::capture
