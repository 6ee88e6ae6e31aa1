// SPDX-License-Identifier: Apache-2.0
// A running capture host: the recorder, its rooms and their sources, started and stopped in the
// order of the flow. How others speak to it is in control_api.h.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "app/capture/notary/epochs.h"
#include "app/capture/room.h"
#include "app/capture/source_supervisor.h"
#include "app/capture/space/keeper.h"
#include "app/capture/space/limits.h"
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
  Epoch epoch{};  // Of the room's log.
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
  SpaceLimits space;
};

/// A session that has begun, and what a person must know of it (the volumes it does not fit on).
struct StartedSession {
  SessionSummary session;
  std::string alarm;  // Empty: nothing.
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

  [[nodiscard]] const storage::Mirror::Writers& volumes() const { return recorder_->volumes(); }

  /// A RECORDER entry in the room's log; nothing if there is no such room.
  void note_event(std::string_view room, storage::NoteEvent event);

  /// An entry of the room's chain of events. False: there is no such room.
  [[nodiscard]] bool add_event(std::string_view room, storage::AddEvent event,
                               storage::Recorder::Done done);
  /// For the entries of all rooms.
  void take_clock_reading(storage::ClockReading reading) {
    recorder_->take_clock_reading(std::move(reading));
  }

  [[nodiscard]] SpaceStatus space_status() const { return space_->status(); }

  /// Starts a session in one of the rooms, if it fits on a volume beside what records; `done` as
  /// Room::start_session's. Thread: one at a time, or two that fit singly may not fit together.
  /// Errors: those of Room::start_session; kResourceExhausted with the figures.
  [[nodiscard]] Result<StartedSession> start_session(Room& room, SessionRequest request,
                                                     storage::Recorder::Done done);

  /// Null when there is no such room, or it is a lawyer room.
  [[nodiscard]] Room* find_room(std::string_view room);
  /// The room whose running session this is, or null.
  [[nodiscard]] Room* find_session(const Uuid& session);

  /// Sources, then recorder. Idempotent.
  void stop();

 private:
  class EntryTap;

  CaptureHost(HostPlan plan, const Clock& clock);

  [[nodiscard]] std::optional<std::size_t> index_of(std::string_view room) const;
  void tick(const std::stop_token& stop);
  void tick_once();

  HostPlan plan_;
  const Clock& clock_;
  BootTime ticked_;                // The ticker's.
  std::unique_ptr<EntryTap> tap_;  // Outlives the recorder, which writes to it.
  std::unique_ptr<storage::Recorder> recorder_;
  std::vector<std::unique_ptr<Room>> rooms_;
  std::unique_ptr<SpaceKeeper> space_;
  std::vector<std::unique_ptr<SourceSupervisor>> sources_;
  std::jthread ticker_;
};

}  // namespace candor::app
