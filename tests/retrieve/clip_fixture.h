// SPDX-License-Identifier: Apache-2.0
// A room that recorded real pictures, with its index: verbs to record, to ask for a range and to
// read the answer as a player does.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "retrieve/virtual_file.h"
#include "tests/retrieve/clip.h"
#include "tests/storage_write/index_fixture.h"

namespace candor::retrieve {

class ClipFixture : public storage::IndexFixture {
 protected:
  static constexpr int kFramesPerSecond = 25;
  static constexpr int kSegmentFrames = 6 * kFramesPerSecond;

  void start_room() {
    start();
    start_index();
    init_ = media::make_init_segment(test::test_clip().format).value();
  }

  // Records the clip's next seconds; the clip starts again at its end.
  void record_seconds(int seconds) {
    const auto& samples = test::test_clip().samples;
    for (int i = 0; i < seconds * kFramesPerSecond; ++i) {
      const auto& clip_sample = samples[clip_frame_++ % samples.size()];
      Sample sample;
      sample.format = init_->format;
      sample.data = clip_sample.data;
      sample.source_ticks = next_frame_ * test::kFrameTicks;
      sample.arrival = {next_frame_ * test::kFrameNs};
      sample.sync = clip_sample.is_key;
      const ChunkPtr chunk = fragmenter_->push(std::move(sample));
      ASSERT_NE(chunk, nullptr);
      const bool cuts = chunk->sync && next_frame_ - segment_frame_ >= kSegmentFrames;
      segment_frame_ = cuts ? next_frame_ : segment_frame_;
      const storage::AppendChunk item{
          .chunk = chunk, .init = init_, .session = session_, .starts_segment = cuts};
      ASSERT_TRUE(room_->append(0, item).has_value());
      if (++next_frame_ % kFramesPerSecond == 0) {
        round();  // Seals of a unit come to stand between chunks of the next.
      }
    }
  }

  void miss_seconds(int seconds) { next_frame_ += seconds * kFramesPerSecond; }

  // Ends the unit and the segment in progress, as the end of a session does.
  void end_recording() {
    room_->stop(at(static_cast<double>(next_frame_) / kFramesPerSecond));
    round();
  }

  static UtcTime at(double seconds) {
    return {kStart + static_cast<std::int64_t>(seconds * 1000) * 1'000'000};
  }

  [[nodiscard]] Result<VirtualFile> open(double from, double to, bool is_original = false) {
    auto catalogue = storage::Catalogue::open(index_path()).value();
    return VirtualFile::open(catalogue, {folder_ / "a"},
                             {.stream = room_->stream_id(0),
                              .from = at(from),
                              .to = at(to),
                              .is_original = is_original});
  }

  static Bytes read_all(VirtualFile& file) {
    Bytes bytes(file.size());
    EXPECT_EQ(file.read_at(0, bytes).value(), bytes.size());
    return bytes;
  }

  // The range as libavformat plays it.
  [[nodiscard]] test::DemuxedFile play(double from, double to, double seek = -1) {
    VirtualFile file = open(from, to).value();
    const std::string path = folder_ / "answer.mp4";
    std::ofstream(path, std::ios::binary) << as_text(read_all(file));
    return test::demux(path, seek);
  }

  // The number of a sample in the clip, -1 for none.
  static int clip_frame(const test::DemuxedSample& sample) {
    const auto& samples = test::test_clip().samples;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (samples[i].data == sample.data) {
        return static_cast<int>(i);
      }
    }
    return -1;
  }

  std::size_t clip_frame_ = 0;
  std::int64_t segment_frame_ = 0;
};

}  // namespace candor::retrieve
