// SPDX-License-Identifier: Apache-2.0
// A camera of this machine, encoded as H.264 (docs/decisions/0009-local-sources.md).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "capture/source.h"
#include "core/time.h"

namespace candor::capture {

struct V4l2Options {
  std::string device;  // /dev/video0, or a name under /dev/v4l/by-id that survives replugging.
  std::uint32_t width = 1280;
  std::uint32_t height = 720;
  std::uint32_t frame_rate = 25;
  std::uint32_t bitrate_kbps = 2000;
  std::chrono::milliseconds media_timeout{3000};  // No frame for so long ends the source.
  // A test's picture instead of the device, as for gst-launch-1.0: "videotestsrc is-live=true".
  std::string instead_of_device;
};

/// Kinds besides those of Source: kNotFound  no such device; kFailedPrecondition  not a camera;
/// kUnsupported  it offers no such size and rate. The clock must outlive the source.
[[nodiscard]] std::unique_ptr<Source> make_v4l2_source(V4l2Options options, const Clock& clock);

}  // namespace candor::capture
