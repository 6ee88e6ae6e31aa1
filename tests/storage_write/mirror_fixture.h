// SPDX-License-Identifier: Apache-2.0
// A recorder over two volumes that fail when a test says so, and what can be seen of them.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "storage/write/recorder.h"
#include "tests/storage_write/recorder_fixture.h"

namespace candor::storage {

class NoIndex final : public IndexSink {
  void submit(std::vector<IndexUpdate> /*updates*/) override {}
};

class MirrorFixture : public RecorderFixture {
 protected:
  static constexpr std::chrono::seconds kPatience{20};  // Never waited out, unless the test fails.

  MirrorFixture() : b_(Volume::open(folder_ / "b", "b", clock_.utc(), disk_b_).value()) {}

  ~MirrorFixture() override { heal(); }

  void open() {
    RecorderOptions options{.authority = "rec.example", .site = "site7", .software = "test"};
    options.sync_interval = std::chrono::milliseconds(10);
    options.volume_stuck_after = stuck_after_;
    options.copies = {.register_path = folder_ / "copies.db",
                      .interval = std::chrono::milliseconds(5),
                      .settle = std::chrono::milliseconds(20),
                      .retry = std::chrono::milliseconds(20)};
    auto opened = Recorder::open(
        test::slots_of({volume_, b_}), clock_, std::move(options),
        {{.room = "room-1",
          .streams = {{.name = "cam-video", .source = "cam", .media = MediaKind::kVideo}}}},
        index_);
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
    recorder_ = std::move(*opened);
    fragmenter_.emplace(media::RunClock(UtcTime{kStart}, BootTime{0}), *test::h264_format(),
                        media::FragmenterOptions{});
    fragmenter_->not_before(ns_to_ticks(recorder_->resumed(0).recorded_ends.at(0).ns, 90000));
  }

  // One second is "IPPPPPPPPPPPPPPPPPPPPPPPP".
  void deliver(std::string_view text) {
    for (Sample& sample : test::video_samples(text, next_frame_)) {
      const ChunkPtr chunk = fragmenter_->push(std::move(sample));
      ASSERT_TRUE(recorder_->try_append({}, {.chunk = chunk,
                                             .init = init_,
                                             .session = {},
                                             .starts_segment = std::exchange(must_cut_, false)}));
      ++next_frame_;
    }
  }
  void deliver_seconds(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      deliver("I" + std::string(24, 'P'));
    }
  }

  [[nodiscard]] VolumeState state_of(std::size_t volume) const {
    return recorder_->status().volumes.at(volume).state;
  }
  void wait_for(std::size_t volume, VolumeState state) const {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (state_of(volume) != state && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ASSERT_EQ(state_of(volume), state);
  }

  void wait_for_failed_files(std::size_t volume, std::uint64_t count) const {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (recorder_->status().volumes.at(volume).failed_files < count &&
           std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ASSERT_GE(recorder_->status().volumes.at(volume).failed_files, count);
  }

  // Every closed segment is whole on both volumes.
  void wait_until_complete() const {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    const auto is_complete = [this] {
      const CopyStatus copies = recorder_->status().copies;
      return copies.is_known && copies.counts.segments_below_two == 0;
    };
    while (!is_complete() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ASSERT_TRUE(is_complete());
  }

  void heal() {
    disk_.heal();
    disk_b_.heal();
  }

  // Frames that the log vouches for.
  [[nodiscard]] static std::int64_t frames_in(const Volume& volume) {
    std::int64_t frames = 0;
    for (const Bytes& bytes : log_entries(volume)) {
      const evidence::EntryView entry = evidence::decode_entry(bytes).value();
      if (entry.header.type == evidence::EntryType::kMedia) {
        frames += evidence::decode_media_body(entry.body)->sample_count;
      }
    }
    return frames;
  }

  static void wait_for_frames(const Volume& volume, std::int64_t frames) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (frames_in(volume) < frames && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ASSERT_GE(frames_in(volume), frames);
  }

  // "same" or the first file of `a` that `b` holds otherwise.
  [[nodiscard]] std::string compare(const std::string& below) const {
    for (const std::string& path : files(volume_, below)) {
      const std::string other = b_.root() + path.substr(volume_.root().size());
      if (read_file(posix_files(), path, 1 << 30).value_or(Bytes{}) !=
          read_file(posix_files(), other, 1 << 30).value_or(Bytes{})) {
        return other;
      }
    }
    return files(volume_, below).size() == files(b_, below).size() ? "same" : "b holds more";
  }

  [[nodiscard]] static std::uint64_t media_bytes(const Volume& volume) {
    std::uint64_t bytes = 0;
    for (const std::string& path : files(volume, "/media")) {
      bytes += std::filesystem::file_size(path);
    }
    return bytes;
  }

  test::FailingFiles disk_b_;
  Volume b_;
  NoIndex index_;
  std::chrono::milliseconds stuck_after_ = kPatience;
  std::unique_ptr<Recorder> recorder_;
};

}  // namespace candor::storage
