// SPDX-License-Identifier: Apache-2.0
// A microphone of this machine, encoded as AAC-LC (docs/decisions/0009-local-sources.md).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "capture/source.h"
#include "core/time.h"

namespace candor::capture {

struct AlsaOptions {
  std::string device;  // As `arecord -L` names it: "hw:1,0", "plughw:CARD=Mic".
  std::uint32_t sample_rate = 48000;
  std::uint32_t channels = 1;
  std::chrono::milliseconds media_timeout{3000};  // No sound for so long ends the source.
  // A test's sound instead of the device, as for gst-launch-1.0: "audiotestsrc is-live=true".
  std::string instead_of_device;
};

/// Kinds besides those of Source: kUnsupported  a sample rate that AAC does not have. The clock
/// must outlive the source.
[[nodiscard]] std::unique_ptr<Source> make_alsa_source(AlsaOptions options, const Clock& clock);

}  // namespace candor::capture
