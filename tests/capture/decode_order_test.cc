// SPDX-License-Identifier: Apache-2.0
// Decode times of frames that are shown in another order. Numbers are frames of 40 ms.
#include "capture/rtsp/decode_order.h"

#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace candor::rtsp {
namespace {

constexpr std::int64_t kFrame = 3600;

// The frames shown, in decode order; gives "decode+offset" of each.
std::string order(const std::string& shown, ReorderDepth told) {
  DecodeOrder decode_order;
  std::istringstream frames(shown);
  std::string text;
  for (std::int64_t frame = 0; frames >> frame;) {
    const DecodeOrder::Placed placed = decode_order.place(frame * kFrame, told, false);
    const bool is_whole = placed.decode_ticks % kFrame == 0;
    text += text.empty() ? "" : " ";
    text += is_whole ? std::to_string(placed.decode_ticks / kFrame) : "?";
    text += is_whole && placed.composition_offset != 0
                ? "+" + std::to_string(placed.composition_offset / kFrame)
                : "";
  }
  return text;
}

TEST(DecodeOrderTest, WithoutReorderingBothTimesAreTheSame) {
  EXPECT_EQ(order("5 6 7 8", 0), "5 6 7 8");
}

TEST(DecodeOrderTest, OneFrameOfDepthPutsDecodingOneFrameBeforeShowing) {
  EXPECT_EQ(order("0 2 1 4 3 6 5", 1), "-1+1 0+2 1 2+2 3 4+2 5");
}

TEST(DecodeOrderTest, APyramidOfThreeNeedsTwo) {
  EXPECT_EQ(order("0 4 2 1 3 8 6 5 7", 2), "-2+2 -1+5 0+2 1 2+1 3+5 4+2 5 6+1");
}

TEST(DecodeOrderTest, LearnsADepthThatTheStreamDoesNotTell) {
  const std::string text = order("0 2 1 4 3 6 5 8 7", std::nullopt);
  // The first frame that is shown too early decodes at once; from then on all is in order.
  EXPECT_EQ(text, "0 2 ? ? 3 4+2 5 6+2 7");
}

TEST(DecodeOrderTest, AWrongStampWithoutReorderingBecomesOneTick) {
  DecodeOrder decode_order;
  static_cast<void>(decode_order.place(10 * kFrame, 0, false));
  const DecodeOrder::Placed wrong = decode_order.place(9 * kFrame, 0, false);
  EXPECT_EQ(wrong.decode_ticks, 10 * kFrame + 1);
  EXPECT_EQ(wrong.composition_offset, 0);
  EXPECT_EQ(decode_order.place(11 * kFrame, 0, false).decode_ticks, 11 * kFrame);
}

// Seen: stamps ten seconds back and then right again; frames were to be shown five seconds before
// they were decoded.
TEST(DecodeOrderTest, ANewClockAfterWrongStampsIsShownWhenItIsDecoded) {
  DecodeOrder decode_order;
  static_cast<void>(decode_order.place(500 * kFrame, 0, false));
  static_cast<void>(decode_order.place(250 * kFrame, 0, false));
  const DecodeOrder::Placed anew = decode_order.place(375 * kFrame, 0, true);
  EXPECT_EQ(anew.decode_ticks, 375 * kFrame);
  EXPECT_EQ(anew.composition_offset, 0);
  EXPECT_EQ(decode_order.place(376 * kFrame, 0, false).decode_ticks, 376 * kFrame);
}

TEST(DecodeOrderTest, WithBFramesAStampFarBackIsWrongToo) {
  for (const ReorderDepth told : {ReorderDepth(1), ReorderDepth()}) {
    DecodeOrder decode_order;
    for (const std::int64_t frame : {500, 502, 501, 504, 503}) {
      static_cast<void>(decode_order.place(frame * kFrame, told, false));
    }
    const DecodeOrder::Placed wrong = decode_order.place(250 * kFrame, told, false);
    EXPECT_GT(wrong.decode_ticks, 500 * kFrame);
    EXPECT_EQ(wrong.composition_offset, 0);
  }
}

TEST(DecodeOrderTest, ANewClockOfTheCameraBeginsAnew) {
  DecodeOrder decode_order;
  for (const std::int64_t frame : {0, 2, 1}) {
    static_cast<void>(decode_order.place(frame * kFrame, 1, false));
  }
  const DecodeOrder::Placed placed = decode_order.place(100 * kFrame, 1, true);
  EXPECT_EQ(placed.decode_ticks, 99 * kFrame);
}

}  // namespace
}  // namespace candor::rtsp
