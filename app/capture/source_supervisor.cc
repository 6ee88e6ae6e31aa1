// SPDX-License-Identifier: Apache-2.0
#include "app/capture/source_supervisor.h"

#include <utility>

#include "core/log.h"

namespace candor::app {

SourceSupervisor::SourceSupervisor(Room& room, std::string source, SourceFactory factory,
                                   ReconnectWaits waits)
    : room_(room),
      source_(std::move(source)),
      factory_(std::move(factory)),
      waits_(std::move(waits)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void SourceSupervisor::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const std::unique_ptr<capture::Source> source = factory_();
    const Error ended = source->run(stop, *this);
    if (stop.stop_requested()) {
      return;  // The recorder declares its own stop.
    }
    room_.on_source_ended(source_, ended);
    const bool is_first = waits_.is_new();
    const auto pause = waits_.after(ended.kind());
    if (is_first) {
      log::warn("source.ended", {{"room", room_.options().room},
                                 {"source", source_},
                                 {"error", ended.message()},
                                 {"retry_ms", pause.count()}});
    }
    wait(stop, pause);
  }
}

void SourceSupervisor::wait(const std::stop_token& stop, std::chrono::milliseconds duration) {
  std::unique_lock lock(wait_mutex_);
  wait_.wait_for(lock, stop, duration, [&stop] { return stop.stop_requested(); });
}

void SourceSupervisor::on_tracks(std::span<const capture::SourceTrack> tracks) {
  tracks_.clear();
  for (const capture::SourceTrack& track : tracks) {
    tracks_.push_back(track.kind);
  }
  room_.on_tracks(source_, tracks);
}

void SourceSupervisor::on_sample(std::size_t track, Sample sample) {
  waits_.begin_anew();
  room_.on_sample(source_, tracks_[track], std::move(sample));
}

}  // namespace candor::app
