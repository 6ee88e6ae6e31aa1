// SPDX-License-Identifier: Apache-2.0
// A recording played at its own speed as if it were a camera: for drills and tests.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "capture/source.h"
#include "core/time.h"

namespace candor::capture {

struct FileOptions {
  std::string path;  // MP4, Matroska, WAV, ...: H.264, H.265, AAC, Opus, G.711 in it as they are.
  bool picture = true;
  bool sound = true;
  bool repeat = true;  // From the beginning again at its end; time goes on.
  std::chrono::milliseconds media_timeout{3000};
  // Shared by all tries: a file that is not repeated is played once, not once for each try.
  std::shared_ptr<std::atomic<bool>> has_ended = std::make_shared<std::atomic<bool>>(false);
};

/// Kinds besides those of Source: kNotFound, kUnsupported  nothing in it can be recorded. Hands on
/// the first picture and the first sound of the file. The clock must outlive the source.
[[nodiscard]] std::unique_ptr<Source> make_file_source(const FileOptions& options,
                                                       const Clock& clock);

}  // namespace candor::capture
