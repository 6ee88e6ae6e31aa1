// SPDX-License-Identifier: Apache-2.0
// When the first picture of a stream with B-frames was taken. Numbers are frames of 40 ms.
#include "capture/rtsp/reordered_start.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace candor::rtsp {
namespace {

constexpr std::int64_t kFrameTicks = 3600;
constexpr std::int64_t kFrameNs = 40'000'000;

class ReorderedStartTest : public testing::Test {
 protected:
  // A picture that is shown at `shown` and came at `arrival`.
  void push(std::int64_t shown, std::int64_t arrival, bool sync, bool is_new_clock = false) {
    auto format = std::make_shared<MediaFormat>();
    format->timescale = 90000;
    Sample sample;
    sample.format = std::move(format);
    sample.source_ticks = (shown - 1) * kFrameTicks;
    sample.composition_offset = kFrameTicks;
    sample.arrival = {arrival * kFrameNs};
    sample.sync = sync;
    sample.discontinuity = is_new_clock;
    start_.push(std::move(sample), is_reordered_);
  }
  // "I0 P3 B1 B2 P6 B4": sent evenly, so that only the P waits for none.
  void push_first_six() {
    for (const auto& [shown, arrival] : {std::pair(0, 2), {3, 3}, {1, 4}, {2, 5}, {6, 6}, {4, 7}}) {
      push(shown, arrival, shown == 0);
    }
  }

  bool is_reordered_ = true;
  std::string arrivals_;
  ReorderedStart start_{[this](const Sample& sample) {
    arrivals_ += (arrivals_.empty() ? "" : " ") + std::to_string(sample.arrival.ns / kFrameNs);
  }};
};

// Seen: the first picture of a camera with B-frames was recorded 80 ms late.
TEST_F(ReorderedStartTest, TheFirstPictureArrivesAsIfItHadWaitedForNone) {
  push_first_six();
  EXPECT_EQ(arrivals_, "0 3 4 5 6 7");
}

TEST_F(ReorderedStartTest, LaterPicturesPassAtOnce) {
  push_first_six();
  push(5, 8, false);
  EXPECT_EQ(arrivals_, "0 3 4 5 6 7 8");
}

TEST_F(ReorderedStartTest, AStreamWithoutReorderingWaitsForNothing) {
  is_reordered_ = false;
  push(0, 2, true);
  push(1, 3, false);
  EXPECT_EQ(arrivals_, "2 3");
}

TEST_F(ReorderedStartTest, WhatComesBeforeTheFirstKeyFrameBeginsNothing) {
  push(-1, 0, false);
  EXPECT_EQ(arrivals_, "0");
  push(0, 2, true);
  EXPECT_EQ(arrivals_, "0");
}

TEST_F(ReorderedStartTest, AStreamThatEndsEarlyGivesAllItHas) {
  push(0, 2, true);
  push(3, 3, false);
  start_.flush();
  EXPECT_EQ(arrivals_, "0 3");
}

TEST_F(ReorderedStartTest, ASlowCameraIsNotWaitedForLong) {
  push(0, 2, true);
  push(10, 10, false);
  EXPECT_EQ(arrivals_, "0 10");
}

TEST_F(ReorderedStartTest, ANewClockBeginsAnew) {
  push(0, 2, true);
  push(100, 102, false, true);
  EXPECT_EQ(arrivals_, "2");
  push(103, 103, false);
  start_.flush();
  EXPECT_EQ(arrivals_, "2 100 103");
}

}  // namespace
}  // namespace candor::rtsp
