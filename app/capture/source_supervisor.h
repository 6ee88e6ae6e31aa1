// SPDX-License-Identifier: Apache-2.0
// Keeps one source running: a new source object for each try, for ever, with the waits of
// reconnect_waits between. First connect and reconnect are the same path.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "app/capture/reconnect_waits.h"
#include "app/capture/room.h"
#include "capture/source.h"

namespace candor::app {

using SourceFactory = std::function<std::unique_ptr<capture::Source>()>;

/// Owns the source's thread; stopping joins it. Thread: the main thread makes and destroys it.
class SourceSupervisor final : private capture::SourceListener {
 public:
  SourceSupervisor(Room& room, std::string source, SourceFactory factory, ReconnectWaits waits);
  ~SourceSupervisor() override = default;
  SourceSupervisor(const SourceSupervisor&) = delete;
  SourceSupervisor& operator=(const SourceSupervisor&) = delete;
  SourceSupervisor(SourceSupervisor&&) = delete;
  SourceSupervisor& operator=(SourceSupervisor&&) = delete;

  /// Asks the source to stop; the destructor waits for it.
  void request_stop() { thread_.request_stop(); }

 private:
  void run(const std::stop_token& stop);
  void wait(const std::stop_token& stop, std::chrono::milliseconds duration);

  void on_tracks(std::span<const capture::SourceTrack> tracks) override;
  void on_sample(std::size_t track, Sample sample) override;

  Room& room_;
  const std::string source_;
  const SourceFactory factory_;
  ReconnectWaits waits_;           // The source's thread only.
  std::vector<MediaKind> tracks_;  // The source's thread only.
  std::mutex wait_mutex_;          // For the timed wait only; guards nothing.
  std::condition_variable_any wait_;
  std::jthread thread_;  // Last: it uses the rest.
};

}  // namespace candor::app
