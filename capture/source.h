// SPDX-License-Identifier: Apache-2.0
// The interface of everything that delivers samples. Who keeps a source running is app/capture.
#pragma once

#include <cstddef>
#include <span>
#include <stop_token>

#include "core/error.h"
#include "core/media.h"

namespace candor::capture {

/// One track that a source delivers.
struct SourceTrack {
  MediaKind kind = MediaKind::kVideo;
  Codec codec = Codec::kH264;
};

/// Called on the source's own thread; must not block.
class SourceListener {
 public:
  virtual ~SourceListener() = default;
  /// Once, before the first sample.
  virtual void on_tracks(std::span<const SourceTrack> tracks) = 0;
  /// In decode order for each track; `track` counts as in on_tracks.
  virtual void on_sample(std::size_t track, Sample sample) = 0;
};

/// One try at one source: a new object for each try.
class Source {
 public:
  virtual ~Source() = default;
  /// Blocks until the source ends or is stopped, and says why. Kinds: kDeadlineExceeded  no media
  /// for too long; kDataLoss  the peer sends garbage; kPermissionDenied  wrong user or password;
  /// kUnsupported  nothing it offers can be recorded; kCancelled  stopped; others: not reachable.
  [[nodiscard]] virtual Error run(std::stop_token stop, SourceListener& listener) = 0;
};

}  // namespace candor::capture
