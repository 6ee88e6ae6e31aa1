// SPDX-License-Identifier: Apache-2.0
// What a slow live reader loses, and that it is told. A stream is a string: I is a key frame, P
// another frame; the verdict is what comes out, with the losses in parentheses.
#include "core/live_ring.h"

#include <string>
#include <string_view>
#include <variant>

#include <gtest/gtest.h>

namespace candor {
namespace {

constexpr std::size_t kFrameBytes = 10;

class LiveRingTest : public ::testing::Test {
 protected:
  void push(std::string_view frames, std::uint32_t channel = 0) {
    for (const char frame : frames) {
      ring_.push_chunk(frame, channel, kFrameBytes, frame == 'I');
    }
  }

  std::string pop(std::size_t items = 1000) {
    std::string out;
    for (std::size_t i = 0; i < items; ++i) {
      const auto item = ring_.pop();
      if (!item.has_value()) {
        break;
      }
      if (const auto* drop = std::get_if<LiveDrop>(&*item)) {
        out += "(" + std::to_string(drop->chunks) + " of " + std::to_string(drop->channel) + ")";
      } else {
        out += std::get<char>(*item);
      }
    }
    return out;
  }

  LiveRing<char> ring_{4 * kFrameBytes};
};

TEST_F(LiveRingTest, GivesBackWhatItTookInOrder) {
  push("IPPI");
  EXPECT_EQ(pop(), "IPPI");
  EXPECT_EQ(pop(), "");
}

TEST_F(LiveRingTest, DropsUpToTheNextKeyFrameAndSaysHowMany) {
  push("IPPPPP");
  EXPECT_EQ(pop(), "IPPP");
  push("PPIP");
  EXPECT_EQ(pop(), "(4 of 0)IP");
}

TEST_F(LiveRingTest, CountsAKeyFrameThatFindsNoRoomAsLost) {
  push("IPPPPI");
  EXPECT_EQ(pop(), "IPPP");
  push("I");
  EXPECT_EQ(pop(), "(2 of 0)I");
}

TEST_F(LiveRingTest, ALossInOneChannelLeavesTheOtherAlone) {
  push("IPPPP", 0);
  EXPECT_EQ(pop(2), "IP");
  push("I", 1);
  EXPECT_EQ(pop(), "PPI");
  push("P", 0);
  push("P", 1);
  EXPECT_EQ(pop(), "P");
}

TEST_F(LiveRingTest, NeverDropsAControlMessage) {
  push("IPPP");
  ring_.push_control('s');
  EXPECT_EQ(pop(), "IPPPs");
}

TEST_F(LiveRingTest, CountsTheControlMessagesThatWait) {
  push("IP");
  ring_.push_control('s');
  ring_.push_control('s');
  EXPECT_EQ(ring_.controls(), 2U);
  EXPECT_EQ(pop(3), "IPs");
  EXPECT_EQ(ring_.controls(), 1U);
}

TEST_F(LiveRingTest, AForgottenChannelBeginsWithoutALoss) {
  push("IPPPP");
  pop();
  ring_.forget(0);
  push("I");
  EXPECT_EQ(pop(), "I");
}

}  // namespace
}  // namespace candor
