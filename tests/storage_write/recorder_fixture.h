// SPDX-License-Identifier: Apache-2.0
// A room recorded on a real folder: verbs to record text streams, and its log as a string.
#pragma once

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "evidence/rules/engine.h"
#include "media/fragment/fragmenter.h"
#include "media/fragment/init_segment.h"
#include "storage/write/log_paths.h"
#include "storage/write/room_recorder.h"
#include "tests/support/failing_files.h"
#include "tests/support/stream_text.h"
#include "tests/support/temp_folder.h"
#include "tests/support/volume_slots.h"

namespace candor::storage {

class RecorderFixture : public testing::Test {
 protected:
  RecorderFixture() : volume_(Volume::open(folder_ / "a", "a", clock_.utc(), disk_).value()) {}

  // Starts the room as after a start of the program.
  void start() {
    RoomRecorder::Options options{
        .origin = {.authority = "rec.example", .site = "site7", .room = "room-1", .epoch = epoch_},
        .streams = {{.name = "cam-video", .source = "cam", .media = MediaKind::kVideo}},
        .software = "test",
        .config_digest = "",
        .on_closed_copy = {},
        .former = {.log = {.origin = "rec.example/site7/room-1/1", .checkpoint = ""},
                   .reason = "a test"}};
    if (epoch_ == 1) {
      options.former = {};
    }
    room_.reset();
    mirror_.emplace(test::slots_of({volume_}), clock_, VolumeWriter::Options{});
    auto opened = RoomRecorder::open(*mirror_, entry_clock_, std::move(options));
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
    room_.emplace(std::move(*opened));
    fragmenter_.emplace(media::RunClock(UtcTime{kStart}, BootTime{0}), *test::h264_format(),
                        media::FragmenterOptions{});
    fragmenter_->not_before(ns_to_ticks(room_->recorded_end(0).ns, 90000));
    commit();
  }

  // Evidence rule 3: what MEDIA entries leave out, closed gaps say, and the entry after them knows.
  void TearDown() override {
    EXPECT_EQ(undeclared(), "");
    EXPECT_EQ(broken_rules(), "");
  }

  // The process dies: nothing is written, nothing is closed in order.
  void crash() {
    room_.reset();
    mirror_.reset();
  }

  void record(std::string_view text) {
    for (Sample& sample : test::video_samples(text, next_frame_)) {
      sample.data.resize(sample.data.size() + padding_);
      if (const ChunkPtr chunk = fragmenter_->push(std::move(sample)); chunk != nullptr) {
        ASSERT_TRUE(room_
                        ->append(0, {.chunk = chunk,
                                     .init = init_,
                                     .session = session_,
                                     .starts_segment = std::exchange(must_cut_, false)})
                        .has_value());
      }
    }
    next_frame_ += std::count_if(text.begin(), text.end(), [](char c) { return c != ' '; });
  }

  // The next frame begins a new file.
  void cut() { must_cut_ = true; }

  void commit() {
    room_->sync_segments();
    ASSERT_TRUE(room_->commit().has_value());
  }

  void open_session() {
    session_ = make_uuid(clock_.utc());
    room_->open_session({.body = {.session = session_,
                                  .room = "room-1",
                                  .case_id = "C-1",
                                  .person = "P-1",
                                  .interrogators = {"O-1", "O-2"},
                                  .by = "test",
                                  .streams = {}}});
  }

  void close_session() {
    room_->close_session({.session = session_,
                          .by = "test",
                          .reason = "read and signed",
                          .at = {kStart + next_frame_ * test::kFrameNs}});
    session_ = {};
  }

  // The log's entries, byte for byte.
  [[nodiscard]] std::vector<Bytes> log_entries() const { return log_entries(volume_, epoch_); }
  [[nodiscard]] static std::vector<Bytes> log_entries(const Volume& volume,
                                                      std::uint32_t epoch = 1) {
    std::vector<Bytes> entries;
    const std::string folder = volume.log_folder("room-1", epoch);
    for (std::uint64_t number = 0;; ++number) {
      auto bytes = read_file(posix_files(), bundle_path(folder, number, true), 1 << 30);
      const bool is_last = !bytes.has_value();
      if (is_last) {
        bytes = read_file(posix_files(), bundle_path(folder, number, false), 1 << 30);
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

  // "GENESIS RECORDER(start) STREAM INIT MEDIA(25) GAP-OPEN(recorder-crash) ...".
  [[nodiscard]] std::string log_text() const { return log_text(volume_, epoch_); }
  [[nodiscard]] static std::string log_text(const Volume& volume, std::uint32_t epoch = 1) {
    std::string text;
    for (const Bytes& entry : log_entries(volume, epoch)) {
      text += (text.empty() ? "" : " ") + entry_text(entry);
    }
    return text;
  }

  // Closed gaps as "cause[frames]", a gap of a part of a frame as 0.
  [[nodiscard]] std::string gap_text() const {
    std::string text;
    for (const Bytes& bytes : log_entries()) {
      const evidence::EntryView entry = evidence::decode_entry(bytes).value();
      if (entry.header.type == evidence::EntryType::kGapClose) {
        const evidence::GapBody gap = evidence::decode_gap(entry.body).value();
        const std::int64_t ns =
            ticks_to_ns(*gap.to_tfdt, gap.timescale) - ticks_to_ns(gap.from_tfdt, gap.timescale);
        text +=
            (text.empty() ? "" : " ") + gap.cause + "[" + std::to_string(ns / test::kFrameNs) + "]";
      }
    }
    return text;
  }

  // The first MEDIA entry that does not begin where the one before ended, or closed gaps have led
  // to; empty when there is none.
  [[nodiscard]] std::string undeclared() const {
    std::int64_t at = 0;
    std::uint32_t timescale = 0;
    bool is_after_gap = false;
    for (const Bytes& bytes : log_entries()) {
      const auto decoded = evidence::decode_entry(bytes);
      if (!decoded.has_value()) {
        return "";  // A test has damaged it.
      }
      const evidence::EntryView& entry = *decoded;
      if (entry.header.type == evidence::EntryType::kGapClose) {
        const evidence::GapBody gap = evidence::decode_gap(entry.body).value();
        const std::int64_t from = timescale == 0 || timescale == gap.timescale
                                      ? at
                                      : ns_to_ticks(ticks_to_ns(at, timescale), gap.timescale);
        // Gaps may overlap; together they must leave out nothing.
        at = gap.from_tfdt <= from || at == 0 ? std::max(from, *gap.to_tfdt) : from;
        timescale = gap.timescale;
        is_after_gap = true;
      } else if (entry.header.type == evidence::EntryType::kMedia) {
        const evidence::MediaBody unit = evidence::decode_media_body(entry.body).value();
        const auto start = static_cast<std::int64_t>(unit.decode_time);
        const bool is_flagged = (unit.flags & evidence::kDiscontinuity) != 0;
        if (at != 0 && (start != at || is_flagged != is_after_gap)) {
          return "entry " + std::to_string(entry.header.index) + " is " +
                 std::to_string(start - at) + " ticks off" + (is_flagged ? ", flagged" : "");
        }
        at = start + static_cast<std::int64_t>(unit.duration);
        timescale = unit.timescale;
        is_after_gap = false;
      }
    }
    return "";
  }

  // What the rules of completeness call broken. Notes and suspicions are of the fixture: its media
  // is years old, and each 256th frame has the same bytes.
  [[nodiscard]] std::string broken_rules() const {
    rules::RuleEngine engine("rec.example/site7/room-1/" + std::to_string(epoch_));
    std::string text;
    for (const Bytes& bytes : log_entries()) {
      if (!evidence::decode_entry(bytes).has_value()) {
        return "";  // A test has damaged it.
      }
      for (const rules::Finding& finding : engine.take(bytes)) {
        const bool is_of_fixture = sessions_pile_up_ && finding.rule == rules::Rule::kSessions;
        if (finding.severity == rules::Severity::kBroken && !is_of_fixture) {
          text += std::to_string(finding.index) + " " + finding.sentence + "\n";
        }
      }
    }
    return text;
  }

  static std::string entry_text(ByteView bytes) {
    const evidence::EntryView entry = evidence::decode_entry(bytes).value();
    const std::string name = evidence::entry_type_name(entry.header.type);
    switch (entry.header.type) {
      case evidence::EntryType::kMedia: {
        const evidence::MediaBody body = evidence::decode_media_body(entry.body).value();
        return name + "(" + std::to_string(body.sample_count) +
               ((body.flags & evidence::kRecoveredAfterCrash) != 0 ? "r" : "") + ")";
      }
      case evidence::EntryType::kGapOpen:
      case evidence::EntryType::kGapClose:
        return name + "(" + evidence::decode_gap(entry.body).value().cause + ")";
      case evidence::EntryType::kRecorder:
        return name + "(" + evidence::decode_recorder(entry.body).value().event + ")";
      default:
        return name;
    }
  }

  [[nodiscard]] std::vector<std::string> files(const std::string& below) const {
    return files(volume_, below);
  }
  [[nodiscard]] static std::vector<std::string> files(const Volume& volume,
                                                      const std::string& below) {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(volume.root() + below)) {
      if (entry.is_regular_file()) {
        found.push_back(entry.path().string());
      }
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  static constexpr std::int64_t kStart = 1'790'000'000'000'000'000;

  test::TempFolder folder_;
  test::FailingFiles disk_;
  SystemClock clock_;
  EntryClock entry_clock_{clock_};
  Volume volume_;
  std::optional<Mirror> mirror_;
  InitSegmentPtr init_ = media::make_init_segment(test::h264_format()).value();
  std::optional<RoomRecorder> room_;
  std::optional<media::Fragmenter> fragmenter_;
  Uuid session_;
  std::int64_t next_frame_ = 0;
  std::size_t padding_ = 0;  // Bytes that each frame is longer.
  bool must_cut_ = false;
  std::uint32_t epoch_ = 1;
  bool sessions_pile_up_ = false;  // The test opens them to wait for the disk, and closes none.
};

}  // namespace candor::storage
