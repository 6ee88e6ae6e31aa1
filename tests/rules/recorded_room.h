// SPDX-License-Identifier: Apache-2.0
// A room recorded by the real recorder with clocks that the test moves: verbs for its life, and its
// log entry by entry.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/big_endian.h"
#include "media/fragment/fragmenter.h"
#include "media/fragment/init_segment.h"
#include "storage/write/log_paths.h"
#include "storage/write/room_recorder.h"
#include "tests/support/failing_files.h"
#include "tests/support/stream_text.h"
#include "tests/support/temp_folder.h"
#include "tests/support/volume_slots.h"

namespace candor::test {

/// Stands still until it is told to go.
class MovingClock final : public Clock {
 public:
  [[nodiscard]] UtcTime utc() const override { return utc_; }
  [[nodiscard]] BootTime boot() const override { return boot_; }
  void pass(std::chrono::nanoseconds time) {
    utc_ = utc_ + time;
    boot_ = boot_ + time;
  }
  void set_wall_clock(std::chrono::nanoseconds by) { utc_ = utc_ + by; }

 private:
  UtcTime utc_{1'790'000'000'000'000'000};
  BootTime boot_{1'000'000'000'000};
};

inline constexpr const char* kOrigin = "rec.example/site7/room-1/1";

/// A session room with one camera, or more.
class RecordedRoom {
 public:
  explicit RecordedRoom(std::string room = "room-1", std::size_t cameras = 1)
      : name_(std::move(room)),
        cameras_(cameras),
        volume_(storage::Volume::open(folder_ / "a", "a", clock_.utc(), disk_).value()) {}

  void start() {
    storage::RoomRecorder::Options options{
        .origin = {.authority = "rec.example", .site = "site7", .room = name_},
        .streams = {},
        .software = "test",
        .config_digest = ""};
    for (std::size_t i = 0; i < cameras_; ++i) {
      options.streams.push_back({.name = "cam" + std::to_string(i) + "-video",
                                 .source = "cam" + std::to_string(i),
                                 .media = MediaKind::kVideo});
    }
    room_.reset();
    mirror_.emplace(slots_of({volume_}), clock_, storage::VolumeWriter::Options{});
    auto opened = storage::RoomRecorder::open(*mirror_, entry_clock_, std::move(options));
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
    room_.emplace(std::move(*opened));
    fragmenters_.clear();
    for (std::size_t i = 0; i < cameras_; ++i) {
      fragmenters_.emplace_back(media::RunClock(clock_.utc(), clock_.boot()), *h264_format(),
                                media::FragmenterOptions{});
      fragmenters_.back().not_before(ns_to_ticks(room_->recorded_end(i).ns, 90000));
    }
    commit();
  }

  /// Nothing is closed in order.
  void crash() {
    room_.reset();
    mirror_.reset();
  }
  void stop() {
    room_->stop(clock_.utc());
    commit();
    commit();
    crash();
  }

  /// All cameras deliver, one round a second.
  void record(int seconds) {
    for (int second = 0; second < seconds; ++second) {
      for (int frame = 0; frame < 25; ++frame) {
        for (std::size_t camera = 0; camera < cameras_; ++camera) {
          if (!is_off_[camera]) {
            deliver(camera, frame == 0);
          }
        }
        ++frames_;
        clock_.pass(std::chrono::milliseconds(40));
      }
      round();
    }
  }
  void wait(int seconds) {
    for (int second = 0; second < seconds; ++second) {
      clock_.pass(std::chrono::seconds(1));
      round();
    }
  }
  void round() {
    if (++rounds_ % 10 == 0) {
      room_->heartbeat();
    }
    commit();
  }
  void commit() {
    room_->sync_segments();
    ASSERT_TRUE(room_->commit().has_value());
  }

  void turn_off(std::size_t camera) {
    is_off_[camera] = true;
    room_->open_gap(camera, {.cause = "camera-offline", .detail = "", .at = clock_.utc()});
  }
  void turn_on(std::size_t camera) { is_off_[camera] = false; }

  void open_session() {
    session_ = make_uuid(clock_.utc());
    room_->open_session({.body = {.session = session_,
                                  .room = name_,
                                  .case_id = "C-1",
                                  .person = "P-1",
                                  .interrogators = {"O-1"},
                                  .by = "test",
                                  .streams = {}}});
  }
  void close_session() {
    room_->close_session({.session = session_, .by = "test", .reason = "read", .at = clock_.utc()});
    session_ = {};
    commit();
  }

  [[nodiscard]] std::vector<Bytes> entries() const {
    std::vector<Bytes> entries;
    const std::string folder = volume_.log_folder(name_, 1);
    for (std::uint64_t number = 0;; ++number) {
      auto bytes = storage::read_file(storage::posix_files(),
                                      storage::bundle_path(folder, number, true), 1 << 30);
      const bool is_last = !bytes.has_value();
      if (is_last) {
        bytes = storage::read_file(storage::posix_files(),
                                   storage::bundle_path(folder, number, false), 1 << 30);
      }
      if (bytes.has_value()) {
        for (const ByteView entry : evidence::read_bundle(*bytes).entries) {
          entries.emplace_back(entry.begin(), entry.end());
        }
      }
      if (is_last) {
        return entries;
      }
    }
  }

  /// Sees each chunk as a feed would.
  void on_chunk(std::function<void(std::size_t, const ChunkPtr&)> action) {
    on_chunk_ = std::move(action);
  }
  [[nodiscard]] Uuid stream(std::size_t camera) const { return room_->stream_id(camera); }

  [[nodiscard]] std::string origin() const { return "rec.example/site7/" + name_ + "/1"; }
  [[nodiscard]] MovingClock& clock() { return clock_; }
  [[nodiscard]] FailingFiles& disk() { return disk_; }

 private:
  void deliver(std::size_t camera, bool is_key) {
    Sample sample;
    sample.format = h264_format();
    append_be(sample.data, static_cast<std::uint64_t>(frames_));
    append_be(sample.data, static_cast<std::uint64_t>(camera));
    sample.source_ticks = frames_ * kFrameTicks;
    sample.arrival = clock_.boot();
    sample.sync = is_key;
    if (const ChunkPtr chunk = fragmenters_[camera].push(std::move(sample)); chunk != nullptr) {
      if (on_chunk_) {
        on_chunk_(camera, chunk);
      }
      ASSERT_TRUE(
          room_
              ->append(
                  camera,
                  {.chunk = chunk, .init = init_, .session = session_, .starts_segment = false})
              .has_value());
    }
  }

  const std::string name_;
  const std::size_t cameras_;
  TempFolder folder_;
  FailingFiles disk_;
  MovingClock clock_;
  storage::EntryClock entry_clock_{clock_};
  storage::Volume volume_;
  std::optional<storage::Mirror> mirror_;
  InitSegmentPtr init_ = media::make_init_segment(h264_format()).value();
  std::optional<storage::RoomRecorder> room_;
  std::vector<media::Fragmenter> fragmenters_;
  std::map<std::size_t, bool> is_off_;
  std::function<void(std::size_t, const ChunkPtr&)> on_chunk_;
  Uuid session_;
  std::int64_t frames_ = 0;
  int rounds_ = 0;
};

}  // namespace candor::test
