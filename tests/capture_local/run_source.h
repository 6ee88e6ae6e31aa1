// SPDX-License-Identifier: Apache-2.0
// Runs a source on a thread of its own until a test has seen enough of it.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "capture/source.h"
#include "core/sync.h"

namespace candor::test {

struct Heard {
  std::size_t track = 0;
  Sample sample;
};

/// One try at a source. Ends it at the latest when it is destroyed.
class RunSource final : private capture::SourceListener {
 public:
  explicit RunSource(std::unique_ptr<capture::Source> source)
      : source_(std::move(source)), thread_([this](const std::stop_token& stop) {
          Error ended = source_->run(stop, *this);
          const MutexLock lock(mutex_);
          ended_ = std::move(ended);
          changed_.notify_all();
        }) {}
  ~RunSource() override = default;
  RunSource(const RunSource&) = delete;
  RunSource& operator=(const RunSource&) = delete;

  /// Until so many samples came or the source ended; all that came by then.
  std::vector<Heard> wait_for(std::size_t samples) {
    const MutexLock lock(mutex_);
    while (heard_.size() < samples && !ended_.has_value()) {
      changed_.wait(mutex_);
    }
    return heard_;
  }
  /// "kind: sentence", when the source has ended by itself.
  std::string wait_for_end() {
    const MutexLock lock(mutex_);
    while (!ended_.has_value()) {
      changed_.wait(mutex_);
    }
    return fmt::format("{}: {}", to_string(ended_->kind()), ended_->message());
  }
  /// As wait_for_end(), after asking for it; how long it took.
  std::pair<std::string, std::chrono::milliseconds> stop() {
    const auto begin = std::chrono::steady_clock::now();
    thread_.request_stop();
    std::string ended = wait_for_end();
    return {std::move(ended), std::chrono::duration_cast<std::chrono::milliseconds>(
                                  std::chrono::steady_clock::now() - begin)};
  }
  /// "H.264 AAC": the tracks as they were announced.
  std::string tracks() {
    const MutexLock lock(mutex_);
    return tracks_;
  }

 private:
  void on_tracks(std::span<const capture::SourceTrack> tracks) override {
    const MutexLock lock(mutex_);
    for (const capture::SourceTrack& track : tracks) {
      tracks_ += (tracks_.empty() ? "" : " ") + std::string(to_string(track.codec));
    }
  }
  void on_sample(std::size_t track, Sample sample) override {
    const MutexLock lock(mutex_);
    heard_.push_back({track, std::move(sample)});
    changed_.notify_all();
  }

  std::unique_ptr<capture::Source> source_;
  Mutex mutex_;
  Condition changed_;
  std::string tracks_ GUARDED_BY(mutex_);
  std::vector<Heard> heard_ GUARDED_BY(mutex_);
  std::optional<Error> ended_ GUARDED_BY(mutex_);
  std::jthread thread_;  // Last: it uses the rest.
};

/// The samples of one kind.
inline std::vector<Sample> only(const std::vector<Heard>& heard, MediaKind kind) {
  std::vector<Sample> samples;
  for (const Heard& one : heard) {
    if (one.sample.format->kind == kind) {
      samples.push_back(one.sample);
    }
  }
  return samples;
}

/// Ticks from each sample to the next: decode times, or instants of presentation in their order.
inline std::vector<std::int64_t> steps(const std::vector<Sample>& samples, bool presentation) {
  std::vector<std::int64_t> times;
  for (const Sample& sample : samples) {
    times.push_back(sample.source_ticks + (presentation ? sample.composition_offset : 0));
  }
  if (presentation) {
    std::ranges::sort(times);
  }
  std::vector<std::int64_t> found;
  for (std::size_t i = 1; i < times.size(); ++i) {
    found.push_back(times[i] - times[i - 1]);
  }
  return found;
}

}  // namespace candor::test
