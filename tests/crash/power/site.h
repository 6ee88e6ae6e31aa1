// SPDX-License-Identifier: Apache-2.0
// The rooms of the power campaign and the recorder that records them: one with picture and sound,
// one with a microphone only, one that records in sessions. When something happens is the
// scenario's.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/result.h"
#include "core/time.h"
#include "storage/write/recorder.h"
#include "tests/crash/power/clip_stream.h"

namespace candor::crash {

struct SiteOptions {
  std::string panorama;
  std::string close_up;
  std::string sound;
  std::size_t volumes = 1;
  std::chrono::milliseconds sync_interval{1000};
};

/// "<root>/a", "<root>/b" ...
[[nodiscard]] std::vector<std::string> volume_roots(const std::string& root, std::size_t volumes);

/// One thread.
class Site {
 public:
  /// Recovers what is below `root`; the volumes are "<root>/a" and so on. With more than one, what
  /// is known of copies stands in "<root>.copies.db". Errors: those of Volume::open, Recorder::open
  /// and ClipStream::open.
  [[nodiscard]] static Result<Site> open(const std::string& root, storage::FileSystem& files,
                                         storage::IndexSink& index, const SiteOptions& options);

  /// All cameras send from the first picture after `from` on that can be decoded alone; returns its
  /// time.
  UtcTime begin(UtcTime from);
  /// Records all that was sent up to now. Errors: kResourceExhausted when the queue is full.
  [[nodiscard]] Result<void> deliver(UtcTime now);
  /// The camera of the first room is away from `from` to `to`.
  void lose_camera(UtcTime from, UtcTime to);

  /// Called on the writer thread once it is durable, with the session's id.
  using Told = std::function<void(const std::string& session)>;
  void open_session(UtcTime now, Told told);
  void close_session(UtcTime now, Told told);

  /// Until each closed segment is whole on every volume. Errors: kDeadlineExceeded.
  [[nodiscard]] Result<void> wait_for_copies() const;

  /// Commits all and says so in the log.
  void stop() { recorder_->stop(); }

 private:
  struct Track {
    storage::StreamKey key;
    bool needs_session = false;
    ClipStream stream;
    std::int64_t segment_ns = 0;  // Begin of the file in progress; 0: none.
  };
  Site() = default;
  [[nodiscard]] Result<void> add(storage::StreamKey key, MediaKind kind, const std::string& clip);
  [[nodiscard]] Result<void> deliver(Track& track, UtcTime now);

  std::unique_ptr<storage::Recorder> recorder_;
  std::vector<Track> tracks_;
  Uuid session_;
  UtcTime closed_;  // The pre-roll begins after the session before.
};

}  // namespace candor::crash
