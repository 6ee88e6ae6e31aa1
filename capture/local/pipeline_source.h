// SPDX-License-Identifier: Apache-2.0
// A source that is a GStreamer pipeline; what pipeline it is says the recipe. Internal to this
// folder.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "capture/local/pipeline.h"
#include "capture/source.h"
#include "core/time.h"

namespace candor::local {

/// What differs between the kinds of sources.
struct Recipe {
  std::string name;    // Of the device or file, in front of each error.
  std::string advice;  // What to do when it cannot be opened; empty: nothing.
  PipelineOrigin origin;
  std::function<Result<void>()> check;             // Before GStreamer is asked; null: nothing.
  std::function<Result<void>(Pipeline&)> connect;  // Adds the branches.
  // When a device has failed that gave media, and the pipeline is gone; null: nothing.
  std::function<void()> after_failure;
  std::chrono::milliseconds media_timeout{3000};
  // From the instant of a sample to the time stamp of the encoder's output that holds it.
  std::chrono::nanoseconds encoder_delay{0};
  bool is_device = true;  // Comes by itself at its own speed; a file is paced here.
  bool repeats = false;   // A file: from the beginning again at its end.
  // A file: set at its end; a further try ends at once. Null for none.
  std::shared_ptr<std::atomic<bool>> has_ended;
};

/// The clock must outlive the source.
[[nodiscard]] std::unique_ptr<capture::Source> make_pipeline_source(Recipe recipe,
                                                                    const Clock& clock);

}  // namespace candor::local
