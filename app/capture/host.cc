// SPDX-License-Identifier: Apache-2.0
#include "app/capture/host.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <utility>

#include "core/log.h"

namespace candor::app {
namespace {

using namespace std::chrono_literals;

// Times never go back, whatever was done to the wall clock while the program was down.
media::RunClock anchored_clock(const storage::Recorder& recorder, std::size_t rooms,
                               const Clock& clock) {
  UtcTime now = clock.utc();
  for (std::size_t i = 0; i < rooms; ++i) {
    for (const UtcTime end : recorder.resumed(i).recorded_ends) {
      if (end > now) {
        log::error("clock.behind-recordings",
                   {{"now", to_rfc3339(now)}, {"recorded_to", to_rfc3339(end)}});
        now = end;
      }
    }
  }
  return {now, clock.boot()};
}

std::vector<storage::RoomSpec> recorder_rooms(const HostPlan& plan) {
  std::vector<storage::RoomSpec> specs;
  for (const RoomPlan& room : plan.rooms) {
    storage::RoomSpec spec{.room = room.options.room,
                           .streams = {},
                           .epoch = room.epoch.number,
                           .former = {.log = {.origin = room.epoch.previous_origin,
                                              .checkpoint = room.epoch.previous_checkpoint},
                                      .reason = room.epoch.reason}};
    for (const TrackOptions& track : room.options.tracks) {
      if (!track.is_live_only) {
        spec.streams.push_back({.name = track.name, .source = track.source, .media = track.media});
      }
    }
    specs.push_back(std::move(spec));
  }
  return specs;
}

}  // namespace

// What is durable goes to the index; a room learns here when its session began and ended.
class CaptureHost::EntryTap final : public storage::IndexSink {
 public:
  EntryTap(CaptureHost& host, storage::IndexSink& index) : host_(host), index_(index) {}

  // Entries before this are those of the recovery: the rooms begin with them.
  void open() { is_open_.store(true, std::memory_order_release); }

  void submit(std::vector<storage::IndexUpdate> updates) override {
    if (is_open_.load(std::memory_order_acquire)) {
      for (const storage::IndexUpdate& update : updates) {
        tell_room(update);
      }
    }
    index_.submit(std::move(updates));
  }

 private:
  void tell_room(const storage::IndexUpdate& update) {
    const auto entry = evidence::decode_entry(update.entry);
    if (!entry.has_value() || (entry->header.type != evidence::EntryType::kSessionOpen &&
                               entry->header.type != evidence::EntryType::kSessionClose)) {
      return;
    }
    if (Room* room = host_.find_room(update.room); room != nullptr) {
      room->on_session_entry(*entry);
    }
  }

  CaptureHost& host_;
  storage::IndexSink& index_;
  std::atomic<bool> is_open_ = false;
};

std::vector<std::string> volume_roots(const HostPlan& plan) {
  std::vector<std::string> roots;
  std::ranges::transform(plan.volumes, std::back_inserter(roots), &storage::VolumeSpec::path);
  return roots;
}

CaptureHost::CaptureHost(HostPlan plan, const Clock& clock)
    : plan_(std::move(plan)), clock_(clock), ticked_(clock.boot()) {}

Result<std::unique_ptr<CaptureHost>> CaptureHost::start(HostPlan plan, const Clock& clock,
                                                        storage::IndexSink& index) {
  std::unique_ptr<CaptureHost> host(new CaptureHost(std::move(plan), clock));
  const HostPlan& used = host->plan_;
  CANDOR_TRY(std::vector<storage::VolumeSlot> volumes,
             storage::open_volumes(used.volumes, used.state_folder, clock.utc()));
  host->tap_ = std::make_unique<EntryTap>(*host, index);
  CANDOR_TRY(host->recorder_, storage::Recorder::open(std::move(volumes), clock, used.recorder,
                                                      recorder_rooms(used), *host->tap_));
  const media::RunClock run_clock = anchored_clock(*host->recorder_, used.rooms.size(), clock);
  host->rooms_.reserve(used.rooms.size());
  for (std::size_t i = 0; i < used.rooms.size(); ++i) {
    host->rooms_.push_back(
        std::make_unique<Room>(used.rooms[i].options, i, *host->recorder_, clock, run_clock));
  }
  host->space_ =
      std::make_unique<SpaceKeeper>(used.space, host->recorder_->status(), host->rooms());
  host->tap_->open();
  for (std::size_t i = 0; i < used.rooms.size(); ++i) {
    for (const SourcePlan& source : used.rooms[i].sources) {
      host->sources_.push_back(std::make_unique<SourceSupervisor>(
          *host->rooms_[i], source.name, source.factory, ReconnectWaits(used.reconnect_waits)));
    }
  }
  host->ticker_ =
      std::jthread([self = host.get()](const std::stop_token& stop) { self->tick(stop); });
  return host;
}

CaptureHost::~CaptureHost() { stop(); }

void CaptureHost::tick(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any waiting;
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex);
      waiting.wait_for(lock, stop, 1s, [&stop] { return stop.stop_requested(); });
    }
    tick_once();
  }
}

void CaptureHost::tick_once() {
  const storage::RecorderStatus status = recorder_->status();
  for (std::size_t i = 0; i < rooms_.size(); ++i) {
    rooms_[i]->tick(status.rooms[i]);
  }
  const BootTime now = clock_.boot();
  const double seconds = std::chrono::duration<double>(now - ticked_).count();
  ticked_ = now;
  if (seconds <= 0) {
    return;
  }
  space_->tick(status, rooms(), clock_.utc(), seconds);
  const bool is_used_up = space_->status().continuous.is_used_up;
  for (const auto& room : rooms_) {
    room->set_quota_used_up(is_used_up);
  }
}

Result<StartedSession> CaptureHost::start_session(Room& room, SessionRequest request,
                                                  storage::Recorder::Done done) {
  const std::vector<RoomStatus> all = rooms();
  const auto index = static_cast<std::size_t>(
      std::ranges::find(all, room.options().room, &RoomStatus::room) - all.begin());
  std::string alarm;
  // Else the room says what is wrong: that goes before what is short.
  if (all[index].needs_session && !all[index].session.has_value()) {
    CANDOR_TRY(alarm, space_->check_start(index, recorder_->status(), all, clock_.utc()));
  }
  CANDOR_TRY(SessionSummary session, room.start_session(std::move(request), std::move(done)));
  if (!alarm.empty()) {
    log::error("session.short-of-space",
               {{"room", session.room}, {"session", to_string(session.session)}, {"why", alarm}});
  }
  return StartedSession{.session = std::move(session), .alarm = std::move(alarm)};
}

std::vector<RoomStatus> CaptureHost::rooms() const {
  std::vector<RoomStatus> all;
  all.reserve(rooms_.size());
  for (const auto& room : rooms_) {
    all.push_back(room->status());
  }
  return all;
}

Room* CaptureHost::find_room(std::string_view name) {
  const auto found = std::find_if(rooms_.begin(), rooms_.end(),
                                  [&](const auto& room) { return room->options().room == name; });
  return found == rooms_.end() ? nullptr : found->get();
}

void CaptureHost::note_event(std::string_view name, storage::NoteEvent event) {
  const auto found =
      std::ranges::find_if(rooms_, [&](const auto& room) { return room->options().room == name; });
  if (found != rooms_.end()) {
    recorder_->note_event(static_cast<std::size_t>(found - rooms_.begin()), std::move(event));
  }
}

Room* CaptureHost::find_session(const Uuid& session) {
  const auto found = std::find_if(rooms_.begin(), rooms_.end(), [&](const auto& room) {
    const auto running = room->status().session;
    return running.has_value() && running->session == session;
  });
  return found == rooms_.end() ? nullptr : found->get();
}

void CaptureHost::stop() {
  for (const auto& source : sources_) {
    source->request_stop();
  }
  sources_.clear();
  if (ticker_.joinable()) {
    ticker_.request_stop();
    ticker_.join();
  }
  if (recorder_ != nullptr) {
    recorder_->stop();
  }
}

}  // namespace candor::app
