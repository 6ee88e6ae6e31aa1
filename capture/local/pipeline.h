// SPDX-License-Identifier: Apache-2.0
// One GStreamer pipeline, from a device or file to one appsink for each track. Internal to this
// folder.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/local/gst.h"
#include "capture/local/waker.h"
#include "core/media.h"

namespace candor::local {

/// Where a pipeline begins.
struct PipelineOrigin {
  // As for gst-launch-1.0, two elements at least, the first one named "origin".
  std::string text;
  std::string property;  // Of "origin": the device's or file's name goes there; empty: nowhere.
  std::string value;
};

/// One track: what stands between the origin and its appsink.
struct Branch {
  Codec codec = Codec::kH264;
  std::string text;
};

/// Thread: the source's. GStreamer's own threads wake it, and add branches of a file.
class Pipeline {
 public:
  /// The branch for what a pad gives, or nothing.
  using ChooseBranch = std::function<std::optional<Branch>(const GstCaps*)>;

  /// Reads the text and opens the device. `waker` must outlive the pipeline.
  /// Errors: as failure(); kUnsupported  an element is not installed.
  [[nodiscard]] static Result<std::unique_ptr<Pipeline>> open(const PipelineOrigin& origin,
                                                              Waker& waker);
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  Pipeline(Pipeline&&) = delete;
  Pipeline& operator=(Pipeline&&) = delete;

  /// What the element "origin" offers.
  [[nodiscard]] CapsPtr offered() const;
  /// Adds the one branch of a live source behind the last element.
  [[nodiscard]] Result<void> add_branch(const std::string& last_element, const Branch& branch);
  /// Adds branches while the element finds out what there is.
  void add_branches_of(const std::string& element, ChooseBranch choose);

  [[nodiscard]] Result<void> play();
  /// The first failure that was reported since the last call. Kinds: kNotFound, kPermissionDenied,
  /// kUnavailable, kUnsupported, kDataLoss.
  [[nodiscard]] std::optional<Error> failure();

  /// True from the first sample on, or at the end: no branch is added any more.
  [[nodiscard]] bool is_complete() const { return has_media_; }
  [[nodiscard]] std::vector<Codec> tracks() const;
  /// The next sample of a track, if one is there.
  [[nodiscard]] SamplePtr pull(std::size_t track) const;
  /// True when all that there was has been pulled.
  [[nodiscard]] bool is_at_end() const;
  /// From the beginning again; running time starts at 0.
  [[nodiscard]] Result<void> rewind();

  /// How long ago that running time was.
  [[nodiscard]] std::chrono::nanoseconds since(std::int64_t running_ns) const;
  /// Frames that the device says it dropped since the last call; at most once a failure() call.
  [[nodiscard]] std::uint32_t take_dropped();

 private:
  struct Sink {
    Codec codec;
    ElementPtr element;  // The appsink.
  };

  Pipeline(ElementPtr element, Waker& waker);
  [[nodiscard]] Result<void> branch_from(GstPad* pad, const Branch& branch);
  void take_pad(GstPad* pad);
  void take_message(GstMessage* message, std::optional<Error>& failure);
  [[nodiscard]] Error first_failure(std::string_view otherwise);

  ElementPtr element_;
  BusPtr bus_;
  Waker& waker_;
  ChooseBranch choose_;
  std::uint32_t dropped_ = 0;
  mutable Mutex mutex_;
  std::vector<Sink> sinks_ GUARDED_BY(mutex_);
  std::atomic<bool> has_media_ = false;
};

}  // namespace candor::local
