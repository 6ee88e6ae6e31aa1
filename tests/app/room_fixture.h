// SPDX-License-Identifier: Apache-2.0
// A room between a source and a real recorder: verbs to deliver text streams, and what readers are
// told as a string.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "app/capture/room.h"
#include "evidence/bodies.h"
#include "evidence/entry.h"
#include "storage/write/append_file.h"
#include "tests/support/stream_text.h"
#include "tests/support/temp_folder.h"
#include "tests/support/volume_slots.h"

namespace candor::app {

class NoIndex final : public storage::IndexSink {
  void submit(std::vector<storage::IndexUpdate> /*updates*/) override {}
};

// Boot and wall time stand still where the test puts them.
class StillClock final : public Clock {
 public:
  [[nodiscard]] UtcTime utc() const override { return {kStartNs + boot_ns}; }
  [[nodiscard]] BootTime boot() const override { return {boot_ns}; }

  static constexpr std::int64_t kStartNs = 1'790'000'000'000'000'000;
  std::atomic<std::int64_t> boot_ns = 0;
};

class RoomFixture : public testing::Test {
 protected:
  void make_room(bool needs_session, std::chrono::seconds pre_roll = {}) {
    auto recorder = storage::Recorder::open(
        test::slots_of({storage::Volume::open(folder_ / "a", "a", clock_.utc()).value()}), clock_,
        {.authority = "rec.example", .site = "site7", .queue_bytes = queue_bytes_},
        {{.room = "room-1",
          .streams = {{.name = "cam-video", .source = "cam", .media = MediaKind::kVideo}}}},
        index_);
    ASSERT_TRUE(recorder.has_value()) << recorder.error().message();
    recorder_ = std::move(*recorder);
    TrackOptions track;
    track.name = "cam-video";
    track.source = track.input = "cam";
    track.pre_roll = pre_roll;
    std::vector<TrackOptions> tracks = {track};
    if (has_substream_) {
      track.name = track.input = "cam-sub";
      track.is_live_only = true;
      tracks.push_back(track);
    }
    room_ = std::make_unique<Room>(
        RoomOptions{.room = "room-1",
                    .name = {},
                    .room_class = needs_session ? "interrogation" : "waiting",
                    .needs_session = needs_session,
                    .tracks = std::move(tracks)},
        0, *recorder_, clock_, media::RunClock(clock_));
  }

  void deliver(std::string_view text, const std::string& input = "cam",
               const MediaFormatPtr& format = test::h264_format()) {
    for (Sample& sample : test::video_samples(text, next_frame_)) {
      clock_.boot_ns = sample.arrival.ns;
      sample.format = format;
      room_->on_sample(input, MediaKind::kVideo, std::move(sample));
    }
    next_frame_ += std::count_if(text.begin(), text.end(), [](char c) { return c != ' '; });
  }

  Result<SessionSummary> start_session() {
    return room_->start_session(
        {.case_id = "C-1", .person = "P-1", .interrogators = {"O-1", "O-2"}, .by = "test"}, {});
  }

  // Appends what the reader is told to `seen`: "state stream I P lost found end".
  std::uint64_t watch(std::string& seen) {
    return room_->add_reader([&seen](const FeedItem& item) {
      struct Name {
        std::string operator()(const FeedState& state) const {
          return state.session.has_value() ? "session" : "no-session";
        }
        std::string operator()(const FeedStream&) const { return "stream"; }
        std::string operator()(const FeedChunk& chunk) const {
          return chunk.chunk->sync ? "I" : "P";
        }
        std::string operator()(const FeedLost& lost) const { return "lost(" + lost.cause + ")"; }
        std::string operator()(const FeedFound&) const { return "found"; }
        std::string operator()(const FeedEnd&) const { return "end"; }
      };
      seen += (seen.empty() ? "" : " ") + std::visit(Name{}, item);
    });
  }

  // The samples that stand in the log, after the recorder has stopped.
  std::uint32_t samples_in_log() {
    recorder_->stop();
    const auto bytes = storage::read_file(
        storage::posix_files(),
        recorder_->volume().log_folder("room-1", 1) + "/tile/entries/000.part", 1 << 20);
    std::uint32_t samples = 0;
    log_text_.clear();
    for (const ByteView entry : evidence::read_bundle(*bytes).entries) {
      const auto view = evidence::decode_entry(entry).value();
      log_text_ += text_of(view) + " ";
      if (view.header.type == evidence::EntryType::kMedia) {
        samples += evidence::decode_media_body(view.body)->sample_count;
      }
    }
    return samples;
  }

  static std::string text_of(const evidence::EntryView& entry) {
    const std::string name = evidence::entry_type_name(entry.header.type);
    const bool is_gap = entry.header.type == evidence::EntryType::kGapOpen ||
                        entry.header.type == evidence::EntryType::kGapClose;
    return is_gap ? name + "(" + evidence::decode_gap(entry.body).value().cause + ")" : name;
  }

  test::TempFolder folder_;
  StillClock clock_;
  NoIndex index_;
  std::unique_ptr<storage::Recorder> recorder_;
  std::unique_ptr<Room> room_;
  std::int64_t next_frame_ = 0;
  bool has_substream_ = false;
  std::size_t queue_bytes_ = std::size_t{64} << 20;
  std::string log_text_;  // What samples_in_log() read: "GENESIS RECORDER STREAM INIT MEDIA ...".
};

}  // namespace candor::app
