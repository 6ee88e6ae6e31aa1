// SPDX-License-Identifier: Apache-2.0
#include "capture/local/pipeline_source.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "capture/local/sample_reader.h"

namespace candor::local {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
using std::chrono::nanoseconds;

// A device's clock that says more is wrong.
constexpr nanoseconds kAgeMax = std::chrono::seconds(5);

struct Track {
  explicit Track(Codec codec) : reader(codec) {}
  SampleReader reader;
  std::optional<ReadSample> next;  // Read, and not due yet.
  std::int64_t last_decode_ns = 0;
  std::int64_t end_ns = 0;
};

// One playing, from the first sample to the reason of its end. Thread: the source's.
class Playing {
 public:
  Playing(const Recipe& recipe, const Clock& clock, Pipeline& pipeline,
          capture::SourceListener& listener)
      : recipe_(recipe), clock_(clock), pipeline_(pipeline), listener_(listener) {}

  [[nodiscard]] bool has_begun() const { return has_begun_; }

  Result<void> run(const std::stop_token& stop, Waker& waker) {
    SteadyTime deadline = std::chrono::steady_clock::now() + recipe_.media_timeout;
    while (!stop.stop_requested()) {
      if (auto failure = pipeline_.failure(); failure.has_value()) {
        return fail(std::move(*failure));
      }
      CANDOR_TRY(const bool has_media, step());
      const SteadyTime now = std::chrono::steady_clock::now();
      if (has_media) {
        deadline = now + recipe_.media_timeout;
        continue;
      }
      if (is_at_end()) {
        CANDOR_CHECK(begin_again());
      } else if (now >= deadline) {
        return fail(ErrorKind::kDeadlineExceeded,
                    fmt::format("no media for {} ms", recipe_.media_timeout.count()));
      }
      waker.wait_until(std::min(deadline, next_due()));
    }
    return fail(ErrorKind::kCancelled, "stopped");
  }

 private:
  // Hands on what is there and due; true when there was something.
  Result<bool> step() {
    if (!is_announced_ && !pipeline_.is_complete()) {
      return false;
    }
    CANDOR_CHECK(announce());
    bool has_media = false;
    for (std::size_t i = 0; i < tracks_.size(); ++i) {
      CANDOR_TRY(const bool has_sample, step(i));
      has_media = has_media || has_sample;
    }
    return has_media;
  }

  Result<bool> step(std::size_t number) {
    std::optional<ReadSample>& next = tracks_[number].next;
    if (!next.has_value()) {
      CANDOR_TRY(next, read(number));
    }
    if (!next.has_value() ||
        (!recipe_.is_device && due(*next) > std::chrono::steady_clock::now())) {
      return false;
    }
    hand_on(number, std::move(*next));
    next.reset();
    return true;
  }

  // Nothing when none is there.
  Result<std::optional<ReadSample>> read(std::size_t number) {
    const SamplePtr taken = pipeline_.pull(number);
    if (taken == nullptr) {
      return std::nullopt;
    }
    CANDOR_TRY(ReadSample sample, tracks_[number].reader.read(taken.get(), offset_ns_));
    return sample;
  }

  Result<void> announce() {
    if (std::exchange(is_announced_, true)) {
      return {};
    }
    std::vector<capture::SourceTrack> announced;
    for (const Codec codec : pipeline_.tracks()) {
      tracks_.emplace_back(codec);
      announced.push_back({.kind = kind_of(codec), .codec = codec});
    }
    if (announced.empty()) {
      return fail(ErrorKind::kUnsupported, "holds nothing that can be recorded");
    }
    listener_.on_tracks(announced);
    return {};
  }

  void hand_on(std::size_t number, ReadSample read) {
    has_begun_ = true;
    Track& track = tracks_[number];
    const std::int64_t step = read.decode_ns - track.last_decode_ns;
    track.last_decode_ns = read.decode_ns;
    track.end_ns = read.decode_ns + (read.duration_ns > 0 ? read.duration_ns : step);
    Sample sample = std::move(read.sample);
    sample.arrival = clock_.boot();
    if (recipe_.is_device) {
      const nanoseconds age = std::clamp(pipeline_.since(read.decode_ns) + recipe_.encoder_delay,
                                         nanoseconds(0), kAgeMax);
      // Both streams of one device are placed by when they were taken: in step with each other.
      sample.arrival = sample.arrival + -age;
      sample.capture = clock_.utc() + -age;
      sample.capture_source = CaptureSource::kLocalDevice;
      sample.lost_packets = pipeline_.take_dropped();
    }
    listener_.on_sample(number, std::move(sample));
  }

  // When a file's sample is to be handed on; the first one is at once.
  SteadyTime due(const ReadSample& read) {
    if (!start_.has_value()) {
      start_ = std::chrono::steady_clock::now() - nanoseconds(read.decode_ns);
    }
    return *start_ + nanoseconds(read.decode_ns);
  }

  SteadyTime next_due() {
    SteadyTime next = SteadyTime::max();
    for (const Track& track : tracks_) {
      if (track.next.has_value()) {
        next = std::min(next, due(*track.next));
      }
    }
    return next;
  }

  [[nodiscard]] bool is_at_end() const {
    return std::ranges::none_of(tracks_,
                                [](const Track& track) { return track.next.has_value(); }) &&
           pipeline_.is_at_end();
  }

  // At the end: time goes on where the longest track ended.
  Result<void> begin_again() {
    if (recipe_.has_ended != nullptr && !recipe_.repeats) {
      recipe_.has_ended->store(true);
    }
    std::int64_t end_ns = offset_ns_;
    for (Track& track : tracks_) {
      end_ns = std::max(end_ns, track.end_ns);
      track.reader.restart();
    }
    if (!recipe_.repeats || end_ns == offset_ns_) {
      return fail(ErrorKind::kUnavailable, recipe_.is_device ? "gives no more media" : "has ended");
    }
    offset_ns_ = end_ns;
    return pipeline_.rewind();
  }

  const Recipe& recipe_;
  const Clock& clock_;
  Pipeline& pipeline_;
  capture::SourceListener& listener_;
  std::vector<Track> tracks_;
  std::optional<SteadyTime> start_;
  std::int64_t offset_ns_ = 0;
  bool is_announced_ = false;
  bool has_begun_ = false;
};

std::string sentence(const Error& why, const std::string& advice) {
  std::string text = why.message();
  text.erase(text.find_last_not_of(". \n") + 1);  // GStreamer's sentences end with a stop.
  return advice.empty() ? text : text + "; " + advice;
}

class PipelineSource final : public capture::Source {
 public:
  PipelineSource(Recipe recipe, const Clock& clock) : recipe_(std::move(recipe)), clock_(clock) {}

  Error run(std::stop_token stop, capture::SourceListener& listener) override {
    bool has_begun = false;
    auto ended = play(stop, listener, has_begun);
    const Error why = ended.has_value() ? Error(ErrorKind::kInternal, "ended without a reason")
                                        : std::move(ended.error());
    const bool is_asked_for = why.kind() == ErrorKind::kCancelled;
    if (has_begun && !is_asked_for && recipe_.after_failure != nullptr) {
      recipe_.after_failure();
    }
    return Error(why.kind(), sentence(why, has_begun || is_asked_for ? "" : recipe_.advice))
        .within(recipe_.name);
  }

 private:
  Result<void> play(const std::stop_token& stop, capture::SourceListener& listener,
                    bool& has_begun) {
    if (recipe_.has_ended != nullptr && recipe_.has_ended->load()) {
      has_begun = true;
      return fail(ErrorKind::kUnavailable, "has ended");
    }
    CANDOR_CHECK(recipe_.check == nullptr ? Result<void>() : recipe_.check());
    Waker waker;
    const std::stop_callback on_stop(stop, [&waker] { waker.wake(); });
    CANDOR_TRY(const auto pipeline, Pipeline::open(recipe_.origin, waker));
    CANDOR_CHECK(recipe_.connect(*pipeline));
    CANDOR_CHECK(pipeline->play());
    Playing playing(recipe_, clock_, *pipeline, listener);
    auto ended = playing.run(stop, waker);
    has_begun = playing.has_begun();
    return ended;
  }

  const Recipe recipe_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<capture::Source> make_pipeline_source(Recipe recipe, const Clock& clock) {
  return std::make_unique<PipelineSource>(std::move(recipe), clock);
}

}  // namespace candor::local
