// SPDX-License-Identifier: Apache-2.0
// A camera or a microphone over RTSP, TCP interleaved (docs/decisions/0003-native-rtsp.md).
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "capture/source.h"
#include "core/time.h"

namespace candor::capture {

struct RtspOptions {
  std::string url;  // rtsp(s)://host[:port]/path, without credentials.
  std::string user;
  std::string password;
  std::string ca_file;      // rtsps: as TlsTrust.
  std::string fingerprint;  // rtsps: as TlsTrust.
  bool picture = true;
  bool sound = true;
  std::chrono::milliseconds connect_timeout{5000};  // Also for each answer.
  // No whole frame for so long ends the source, or no sound where there is no picture.
  std::chrono::milliseconds media_timeout{3000};
};

/// The clock must outlive the source.
[[nodiscard]] std::unique_ptr<Source> make_rtsp_source(RtspOptions options, const Clock& clock);

}  // namespace candor::capture
