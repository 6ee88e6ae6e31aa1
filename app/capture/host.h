// SPDX-License-Identifier: Apache-2.0
// A running capture host: the recorder, its rooms and their sources, started and stopped in the
// order of the flow. How others speak to it is in control_api.h.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/capture/room.h"
#include "app/capture/source_supervisor.h"
#include "core/result.h"
#include "core/time.h"
#include "media/fragment/run_clock.h"
#include "storage/write/recorder.h"

namespace candor::app {

struct SourcePlan {
  std::string name;
  SourceFactory factory;
};

struct RoomPlan {
  RoomOptions options;
  std::vector<SourcePlan> sources;
};

/// A room that has a name and nothing else.
struct LawyerRoom {
  std::string room;
  Label name;
};

struct HostPlan {
  std::string host;
  std::string site;
  std::string state_folder;
  std::vector<storage::VolumeSpec> volumes;
  storage::RecorderOptions recorder;
  std::vector<std::chrono::milliseconds> reconnect_waits;
  std::vector<RoomPlan> rooms;
  std::vector<LawyerRoom> lawyer_rooms;
};

/// The volumes' folders, in the order of the configuration.
[[nodiscard]] std::vector<std::string> volume_roots(const HostPlan& plan);

/// Thread: start and stop by the main thread; questions and sessions from any.
class CaptureHost {
 public:
  /// Recovers the volumes, then opens all sources.
  /// Errors: those of open_volumes and Recorder::open.
  [[nodiscard]] static Result<std::unique_ptr<CaptureHost>> start(HostPlan plan, const Clock& clock,
                                                                  storage::IndexSink& index);
  ~CaptureHost();
  CaptureHost(const CaptureHost&) = delete;
  CaptureHost& operator=(const CaptureHost&) = delete;
  CaptureHost(CaptureHost&&) = delete;
  CaptureHost& operator=(CaptureHost&&) = delete;

  [[nodiscard]] const HostPlan& plan() const { return plan_; }
  [[nodiscard]] std::vector<RoomStatus> rooms() const;
  [[nodiscard]] storage::RecorderStatus recorder_status() const { return recorder_->status(); }

  /// Null when there is no such room, or it is a lawyer room.
  [[nodiscard]] Room* find_room(std::string_view room);
  /// The room whose running session this is, or null.
  [[nodiscard]] Room* find_session(const Uuid& session);

  /// Sources, then recorder. Idempotent.
  void stop();

 private:
  class EntryTap;

  explicit CaptureHost(HostPlan plan);

  void tick(const std::stop_token& stop);

  HostPlan plan_;
  std::unique_ptr<EntryTap> tap_;  // Outlives the recorder, which writes to it.
  std::unique_ptr<storage::Recorder> recorder_;
  std::vector<std::unique_ptr<Room>> rooms_;
  std::vector<std::unique_ptr<SourceSupervisor>> sources_;
  std::jthread ticker_;
};

}  // namespace candor::app
